import type { IncomingMessage, ServerResponse } from "node:http";
import type { RunTarget } from "@runwire/protocol";
import type { Settings } from "../shared/settings.ts";
import { answerQuestion } from "./answer-question.ts";
import { sendJson } from "./send.ts";
import { servePage } from "./serve-page.ts";

export interface RoutesOptions {
  readonly runwire: RunTarget;
  readonly settings: Settings;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Everything that the workbench answers over HTTP, but for what is under `/runwire`. */
export function createRoutes({ runwire, settings }: RoutesOptions): Handler {
  const api: { readonly [route: string]: Handler } = {
    "GET /api/defaults": (_request, response) =>
      sendJson(response, 200, { folder: settings.defaultFolder }),
    "POST /api/questions": (request, response) =>
      void answerQuestion(runwire, settings.defaultFolder, request, response),
  };
  return (request, response) => {
    const path = toPath(request.url);
    if (path === undefined) sendJson(response, 400, { message: "The address is malformed." });
    else if (path === "/runwire" || path.startsWith("/runwire/"))
      return; // answered by runwire
    else if (path.startsWith("/api/")) {
      const route = `${request.method} ${path}`;
      const refuse: Handler = () => sendJson(response, 404, { message: `There is no ${route}.` });
      (Object.hasOwn(api, route) ? api[route] : refuse)?.(request, response);
    } else void servePage(path, request, response);
  };
}

/** The path of a request, or `undefined` where it has none that can be read. */
function toPath(url: string | undefined): string | undefined {
  const base = "http://workbench";
  if (url === undefined || !URL.canParse(url, base)) return undefined;
  try {
    return decodeURIComponent(new URL(url, base).pathname);
  } catch {
    return undefined;
  }
}
