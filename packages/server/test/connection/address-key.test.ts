import { expect, test } from "vitest";
import { toAddressKey } from "../../src/connection/address-key.ts";

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["::FFFF:203.0.113.7", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::6", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002:0:0:0:6", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8:1:2::", "2001:db8:1:2::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  [undefined, ""],
])("a peer at %s is counted under %s", (address, key) => {
  expect(toAddressKey(address)).toBe(key);
});

test("two addresses of one IPv6 line are one, of two lines two", () => {
  expect(toAddressKey("2001:db8:1:2::1")).toBe(toAddressKey("2001:db8:1:2:ffff::1"));
  expect(toAddressKey("2001:db8:1:2::1")).not.toBe(toAddressKey("2001:db8:1:3::1"));
});
