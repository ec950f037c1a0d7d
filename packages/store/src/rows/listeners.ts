/** Who wants to hear of channels. A listener that throws stops neither the others nor the append that it hears of. */
export interface Listeners {
  readonly size: number;
  add(listener: (channel: string) => void): () => void;
  notify(channels: Iterable<string>): void;
  clear(): void;
}

export function createListeners(): Listeners {
  // Wrapped, so that one function that is given twice is two listeners.
  const listeners = new Set<{ readonly listen: (channel: string) => void }>();
  return {
    get size() {
      return listeners.size;
    },
    add(listen) {
      const entry = { listen };
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    notify(channels) {
      for (const channel of new Set(channels))
        for (const { listen } of [...listeners]) tell(listen, channel);
    },
    clear: () => listeners.clear(),
  };
}

function tell(listen: (channel: string) => void, channel: string): void {
  try {
    listen(channel);
  } catch {
    // A hint may be lost: the channel's head tells the same, and the append has long happened.
  }
}
