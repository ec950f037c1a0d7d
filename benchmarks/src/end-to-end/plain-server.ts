/** A process: what one writes by hand on `ws`. Hands on every text to every page, keeps none. Argument: the page's folder. */
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { listen } from "./listen.ts";
import { servePage } from "./page-files.ts";

const [, , page = ""] = process.argv;
const http = createServer(servePage(page));
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
server.on("connection", (socket) =>
  socket.on("message", (data) => {
    const text = data.toString();
    for (const other of server.clients) if (other !== socket) other.send(text);
  }),
);
listen(http);
