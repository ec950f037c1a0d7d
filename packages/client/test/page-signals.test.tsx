import { afterEach, describe, expect, it } from "vitest";
import { browserPage, type PageSignal } from "../src/page-signals.js";

const heard: PageSignal[] = [];
const stop = browserPage((signal) => heard.push(signal));

afterEach(() => {
  heard.length = 0;
});

describe("the page's own signals", () => {
  it.each(["online", "pageshow"])("wake at %s", (name) => {
    window.dispatchEvent(new Event(name));
    expect(heard).toEqual(["wake"]);
  });

  it("wake when the page is visible again, not when it is hidden", () => {
    const setVisibility = (value: string) =>
      Object.defineProperty(document, "visibilityState", { value, configurable: true });
    setVisibility("hidden");
    document.dispatchEvent(new Event("visibilitychange"));
    expect(heard).toEqual([]);
    setVisibility("visible");
    document.dispatchEvent(new Event("visibilitychange"));
    expect(heard).toEqual(["wake"]);
  });

  it("hide when the page goes", () => {
    window.dispatchEvent(new Event("pagehide"));
    expect(heard).toEqual(["hide"]);
  });

  it("are silent once nobody listens", () => {
    stop();
    for (const name of ["online", "pageshow", "pagehide"]) window.dispatchEvent(new Event(name));
    expect(heard).toEqual([]);
  });
});
