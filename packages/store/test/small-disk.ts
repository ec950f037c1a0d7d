import { spawnSync } from "node:child_process";

/** A command that runs another one where `folder` is a disk of its own, which is gone with it. */
export function onSmallDisk(folder: string, mebibytes: number): readonly string[] {
  const mount = `mount -t tmpfs -o size=${mebibytes}m none "$0" && exec "$@"`;
  return [...namespaceOfItsOwn, "sh", "-c", mount, folder];
}

/** Why this machine cannot play one, or nothing. */
export function whyNoSmallDisk(folder: string): string | undefined {
  if (process.platform !== "linux") return "only Linux mounts a disk for one process alone";
  const [command = "", ...args] = [...onSmallDisk(folder, 1), "true"];
  return spawnSync(command, args).status === 0
    ? undefined
    : "this process may not mount a disk, not even for itself (unshare)";
}

const namespaceOfItsOwn =
  process.geteuid?.() === 0
    ? ["unshare", "--mount"]
    : ["unshare", "--user", "--map-root-user", "--mount"];
