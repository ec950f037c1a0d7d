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

/** Everything that the workbench answers over HTTP; what is under `/runwire` never comes here. */
export function createRoutes({ runwire, settings }: RoutesOptions): Handler {
  const api = new Map<string, Handler>([
    [
      "GET /api/defaults",
      (_request, response) => sendJson(response, 200, { folder: settings.defaultFolder }),
    ],
    [
      "POST /api/questions",
      (request, response) =>
        void answerQuestion(runwire, settings.defaultFolder, request, response),
    ],
  ]);
  return (request, response) => {
    const path = toPath(request.url);
    if (path === undefined)
      return void sendJson(response, 400, { message: "The address is malformed." });
    if (!path.startsWith("/api/")) return void servePage(path, request, response);
    const route = `${request.method} ${path}`;
    const handle = api.get(route);
    if (handle) return handle(request, response);
    sendJson(response, 404, { message: `There is no ${route}.` });
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
