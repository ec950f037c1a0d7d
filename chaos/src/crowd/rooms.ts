/** Rooms of a hundred people each: what a crowd follows when it is not one audience. */
export function roomsFor(clients: number): readonly string[] {
  return Array.from(
    { length: Math.max(1, Math.round(clients / 100)) },
    (_, index) => `room:${index}`,
  );
}
