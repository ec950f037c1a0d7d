import { describe, expect, it } from "vitest";
import { append, channel, custom, request, started } from "./event-samples.js";
import type { StoreTest } from "./test-storage.js";

export function describeClosing({ open }: StoreTest): void {
  describe("closing", () => {
    it("waits for what was begun, and is one promise", async () => {
      const store = await open();
      await store.check();
      const begun = store.append(request([started("a")]));
      const closing = store.close();
      expect(store.close()).toBe(closing);
      await closing;
      expect(await begun).toMatchObject({ status: "appended" });
    });

    it("answers everything that comes later with `closed`", async () => {
      const store = await open();
      await append(store, [custom("n")]);
      const closing = store.close();
      const closed = { code: "closed" };
      await expect(store.append(request([custom("n")]))).rejects.toMatchObject(closed);
      await closing;
      await expect(store.append(request([custom("n")]))).rejects.toMatchObject(closed);
      await expect(store.head(channel)).rejects.toMatchObject(closed);
      await expect(store.read({ channel, after: 0, limit: 1 })).rejects.toMatchObject(closed);
      await expect(store.check()).rejects.toMatchObject(closed);
      await expect(store.trim(channel, 1)).rejects.toMatchObject(closed);
      expect(() => store.watch(() => undefined)).toThrow(expect.objectContaining(closed));
    });
  });
}
