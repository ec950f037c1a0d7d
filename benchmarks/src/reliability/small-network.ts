import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import process from "node:process";

/** What the system may keep for a socket: least, at first, most; bytes. */
const bufferBytes = "4096 16384 65536";
const insideName = "RUNWIRE_SMALL_NETWORK";

/**
 * Over loopback Linux takes megabytes for a peer that reads nothing, before the server notices. A network of its own
 * (a namespace) may keep as little as a long way through the internet does; nothing else on the machine sees it.
 * Runs this program again in one, with the same arguments; `false` when it runs in one already, or cannot.
 */
export async function runInSmallNetwork(name: string): Promise<boolean> {
  if (process.env[insideName]) {
    // Whoever started it is gone.
    process.on("disconnect", () => process.exit(1));
    process.channel?.unref();
    return false;
  }
  if (spawnSync("unshare", ["-rn", "true"]).status !== 0) {
    console.log("Without `unshare -rn` the system keeps what stalled clients do not read.\n");
    return false;
  }
  const options = process.argv.slice(3).filter((argument) => argument.startsWith("--"));
  const again = [process.execPath, process.argv[1] ?? "", "reliability", name, ...options];
  const prepare = `ip link set lo up && for f in tcp_rmem tcp_wmem; do echo ${bufferBytes} > /proc/sys/net/ipv4/$f; done`;
  const child = spawn("unshare", ["-rn", "sh", "-c", `${prepare} && exec "$@"`, "sh", ...again], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [insideName]: "1" },
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${name} failed in its network (${code})`);
  return true;
}
