/** Does a bounded number of things at once, in the order in which they came. */
export interface WorkQueue {
  add(work: () => Promise<void>): void;
}

/** @param onProblem told of work that rejected; the queue goes on */
export function createWorkQueue(maxAtOnce: number, onProblem: (error: unknown) => void): WorkQueue {
  const waiting: (() => Promise<void>)[] = [];
  let running = 0;
  const next = () => {
    while (running < maxAtOnce) {
      const work = waiting.shift();
      if (!work) return;
      running++;
      work()
        .catch(onProblem)
        .finally(() => {
          running--;
          next();
        });
    }
  };
  return {
    add(work) {
      waiting.push(work);
      next();
    },
  };
}
