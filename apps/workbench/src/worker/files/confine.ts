import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";

/**
 * The real path of `path` inside `folder`, itself a real path.
 *
 * @throws Error when the path leads out of the folder, by `..`, as an absolute path or through a link, or
 * names nothing
 */
export async function resolveInside(folder: string, path: string): Promise<string> {
  const asked = resolve(folder, path);
  // Before the file system is asked: what lies outside is refused alike, whether it exists or not.
  if (!isInside(folder, asked)) throw leadsOut(path);
  const real = await realpath(asked).catch(() => {
    throw new Error(`there is no ${path} in the folder`);
  });
  if (!isInside(folder, real)) throw leadsOut(path);
  return real;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function leadsOut(path: string): Error {
  return new Error(`${path} leads out of the folder; only what lies inside it may be read`);
}
