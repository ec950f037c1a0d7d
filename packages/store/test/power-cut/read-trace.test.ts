import { expect, it } from "vitest";
import { readTrace } from "./read-trace.js";

/** As `strace -xx` writes every text. */
function hex(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}

const file = hex("/data/runs.db");
const at = `AT_FDCWD<${hex("/")}>`;

it("reads what was done to the files of a folder, and what the program said meanwhile", () => {
  const trace = [
    `openat(${at}, "${file}", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 22<${file}>`,
    `openat(${at}, "${file}", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 23<${file}>`,
    `openat(${at}, "${hex("/data/none")}", O_RDWR) = -1 ENOENT (No such file or directory)`,
    `pwrite64(22<${file}>, "${hex("abcdef")}", 6, 512) = 4`,
    `write(5<${hex("/dev/null")}>, "${hex("said")}", 4) = 4`,
    `write(1<${hex("/elsewhere")}>, "${hex("no matter")}", 9) = 9`,
    `ftruncate(22<${file}>, 8192) = 0`,
    `pwrite64(24<${hex("/data/runs.db-shm")}>, "${hex("a")}", 1, 0) = 1`,
    `fdatasync(22<${file}>)                   = 0`,
    `fsync(25<${hex("/data")}>) = 0`,
    `unlink("${file}") = 0`,
    `openat(${at}, "${file}", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 22<${file}>`,
    `unlinkat(${at}, "${file}", 0) = 0`,
    "+++ killed by SIGKILL +++",
  ];
  const name = "runs.db";
  expect(readTrace(trace.join("\n"), "/data")).toEqual([
    { type: "create", name },
    { type: "write", name, at: 512, bytes: Buffer.from("abcd") },
    { type: "mark", text: "said" },
    { type: "resize", name, size: 8_192 },
    { type: "sync", name },
    { type: "sync-folder" },
    { type: "remove", name },
    { type: "create", name },
    { type: "remove", name },
  ]);
});

it.each([
  `rename("${file}", "${hex("/data/other")}") = 0`,
  `writev(22<${file}>, [{iov_base="${hex("a")}", iov_len=1}], 1) = 1`,
  `pwrite64(22<${file}>, "${hex("abc")}"..., 6, 512) = 6`,
  `write(22<${file}>, "${hex("abc")}", 3) = 3`,
  `openat(${at}, "${file}", O_RDWR|O_CREAT|O_TRUNC, 0644) = 22<${file}>`,
])("overlooks nothing that it does not understand: %s", (line) => {
  expect(() => readTrace(line, "/data")).toThrow();
});
