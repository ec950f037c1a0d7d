import { readdirSync, readFileSync } from "node:fs";

/** A process, as the system sees it. */
export interface ProcessFigures {
  /** Resident memory now, and the most there ever was, MiB. */
  readonly rssMiB: number;
  readonly peakRssMiB: number;
  readonly descriptors: number;
  /** Processor time since its start, seconds. */
  readonly cpuSeconds: number;
}

/** Clock ticks of /proc/PID/stat in a second. */
const ticksPerSecond = 100;

export function readProcess(pid: number): ProcessFigures {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    rssMiB: kilobytesOf(status, "VmRSS") / 1024,
    peakRssMiB: kilobytesOf(status, "VmHWM") / 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    cpuSeconds: readCpuSeconds(pid),
  };
}

function kilobytesOf(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]);
}

function readCpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name, in parentheses, may hold spaces; user and system time are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
