interface Waiter {
  isDone(): boolean;
  resolve(): void;
  reject(error: unknown): void;
}

/** Promises that resolve once a condition holds. None of them is ever an unhandled rejection. */
export class Waiters {
  readonly #waiting = new Set<Waiter>();

  /** Resolves when `isDone` holds at a {@link check}, or already. */
  wait(isDone: () => boolean): Promise<void> {
    if (isDone()) return Promise.resolve();
    return quiet(
      new Promise<void>((resolve, reject) => {
        this.#waiting.add({ isDone, resolve, reject });
      }),
    );
  }

  check(): void {
    for (const waiter of this.#waiting)
      if (waiter.isDone()) {
        this.#waiting.delete(waiter);
        waiter.resolve();
      }
  }

  rejectAll(error: unknown): void {
    for (const waiter of this.#waiting) waiter.reject(error);
    this.#waiting.clear();
  }
}

/** The same promise, whose rejection may go unobserved. */
export function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}
