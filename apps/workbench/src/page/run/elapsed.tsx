import { useEffect, useState } from "react";
import styles from "./elapsed.module.css";
import { formatDuration } from "./format.ts";

interface ElapsedProps {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Absent while it goes on. */
  readonly completedAt: number | undefined;
}

/** How long something took, or has taken so far. */
export function Elapsed({ startedAt, completedAt }: ElapsedProps) {
  const now = useNow(completedAt === undefined);
  return (
    <span className={styles.elapsed} data-elapsed="">
      {formatDuration((completedAt ?? now) - startedAt)}
    </span>
  );
}

/** The time, renewed each second while `isTicking`. */
function useNow(isTicking: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isTicking) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isTicking]);
  return now;
}
