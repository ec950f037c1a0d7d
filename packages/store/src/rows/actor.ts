import type { Actor } from "../event-store.js";

/** Whether both are the same; users without an id are one user, who shares nothing with those that have one. */
function isSameActor(one: Actor, other: Actor): boolean {
  if (one.type === "server" || other.type === "server") return one.type === other.type;
  return one.id === other.id;
}

/** Whether `actor` may take a run of `owner` over: the owner may, and the server's own process always. */
export function mayTake(owner: Actor, actor: Actor): boolean {
  return actor.type === "server" || isSameActor(owner, actor);
}
