/** Groups of an IPv6 address that one subscriber's line is given: the first four of eight. */
const lineGroups = 4;

/**
 * Under which name a peer's address is counted. Of IPv6 the first 64 bits: whoever has one address of a line has all
 * of them. An IPv4 address within IPv6 counts as what it is.
 */
export function toAddressKey(address = ""): string {
  const [, mapped] = /^::ffff:([\d.]+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  if (!address.includes(":")) return address;
  const [head = "", tail = ""] = address.toLowerCase().split("::");
  const before = head.split(":");
  const after = tail === "" ? [] : tail.split(":");
  const gap = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  const groups = address.includes("::") ? [...before, ...gap, ...after] : before;
  const line = groups.slice(0, lineGroups).map((group) => Number.parseInt(group || "0", 16));
  return `${line.map((group) => group.toString(16)).join(":")}::/64`;
}
