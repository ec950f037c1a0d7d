import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PAGE_FOLDER = fileURLToPath(new URL("./page/", import.meta.url));

const contentTypes: { readonly [extension: string]: string } = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

const headers = {
  "content-security-policy":
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** Serves the built page. Only `/` and `/runs/…` are pages; another name is a file of the build or nothing. */
export async function servePage(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405);
  const name = path === "/" || path.startsWith("/runs/") ? "index.html" : path.slice(1);
  const contentType = contentTypes[extname(name)];
  if (contentType === undefined || name.includes("..")) return refuse(response, 404);
  const body = await readFile(join(PAGE_FOLDER, name)).catch(() => undefined);
  if (body === undefined) return refuse(response, 404);
  // The build puts a hash of the content into the name of everything under assets/.
  const cacheControl = name.startsWith("assets/")
    ? "public, max-age=31536000, immutable"
    : "no-cache";
  response.writeHead(200, {
    ...headers,
    "content-type": contentType,
    "cache-control": cacheControl,
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

function refuse(response: ServerResponse, status: 404 | 405): void {
  response.writeHead(status, { ...headers, "content-type": "text/plain; charset=utf-8" });
  response.end(status === 404 ? "There is nothing here.\n" : "This address only answers GET.\n");
}
