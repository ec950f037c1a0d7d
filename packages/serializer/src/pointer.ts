/** JSON Pointer (RFC 6901) of a path through the encoded JSON; `""` is the value itself. */
export function toPointer(path: readonly (string | number)[], length = path.length): string {
  let pointer = "";
  for (let index = 0; index < length; index++) pointer += childPointer("", path[index] ?? "");
  return pointer;
}

/** The pointer of a member, given the pointer of its container. */
export function childPointer(parent: string, key: string | number): string {
  return `${parent}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
