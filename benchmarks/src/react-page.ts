/**
 * A page to render into. Loaded before React, which looks for one when it is loaded; and React is what
 * its users run in production.
 */
import { Window } from "happy-dom";

process.env.NODE_ENV = "production";
const window = new Window();
Object.assign(globalThis, { window, document: window.document });

/** A fresh element in the page. */
export function createContainer(): HTMLElement {
  const container = window.document.createElement("div");
  window.document.body.append(container);
  // happy-dom has its own types of the same shape.
  return container as unknown as HTMLElement;
}
