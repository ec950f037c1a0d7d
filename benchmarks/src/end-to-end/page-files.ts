import { readdirSync, readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { extname, join, relative, sep } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

/** Serves the files of a built page from memory. */
export function servePage(folder: string): RequestListener {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const files = new Map(paths.map((path) => [toUrl(relative(folder, path)), readFileSync(path)]));
  return ({ url = "/" }, response) => {
    const path = url === "/" ? "/index.html" : url;
    const file = files.get(path);
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": types[extname(path)] ?? "text/plain" }).end(file);
  };
}

function toUrl(path: string): string {
  return `/${path.replaceAll(sep, "/")}`;
}
