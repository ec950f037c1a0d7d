import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Listens on a free port and tells the parent which. */
export function listen(http: Server): void {
  process.once("disconnect", () => process.exit(0));
  // Listening on a host and a port, the address is an AddressInfo.
  http.listen(0, "127.0.0.1", () => process.send?.((http.address() as AddressInfo).port));
}
