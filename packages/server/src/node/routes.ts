import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServerDiagnostics } from "../server-diagnostics.js";
import type { ServerStatus } from "../server-stats.js";
import { createDiagnosticsCheck, type DiagnosticsOptions } from "./diagnostics.js";
import type { EntranceRules } from "./entrance.js";
import { sendError, sendJson } from "./http-answers.js";
import { type AnsweringVisits, answerMessages } from "./messages-route.js";

/** What a server says over HTTP. */
export interface AnsweringServer extends AnsweringVisits {
  status(): Promise<ServerStatus>;
  diagnostics(): Promise<ServerDiagnostics>;
}

/** Answers a request, by what its address has behind the base path. Never throws. */
export type Answer = (
  route: string,
  request: IncomingMessage,
  response: ServerResponse,
  rules: EntranceRules,
) => void;

/**
 * Makes what answers everything below the base path.
 *
 * @throws RunwireError `invalid_options`
 */
export function createRoutes(
  server: AnsweringServer,
  diagnostics: false | DiagnosticsOptions,
): Answer {
  const mayDiagnose = diagnostics !== false && createDiagnosticsCheck(diagnostics);
  return (route, request, response, rules) => {
    if (route === "/messages") {
      answerMessages(server, request, response, rules);
      return;
    }
    const isDiagnostics = route === "/diagnostics" && mayDiagnose !== false;
    if (route !== "/status" && !isDiagnostics)
      sendError(response, 404, "bad_message", "there is nothing at this address");
    else if (request.method !== "GET" && request.method !== "HEAD")
      sendError(response, 405, "bad_message", "ask with GET", { allow: "GET, HEAD" });
    else if (!isDiagnostics) void sendSafely(response, () => server.status());
    else if (!mayDiagnose(request))
      sendError(response, 401, "unauthenticated", "diagnostics need their own token", challenge);
    else void sendSafely(response, () => server.diagnostics());
  };
}

const challenge = { "www-authenticate": "Bearer" };

async function sendSafely(response: ServerResponse, ask: () => Promise<unknown>): Promise<void> {
  try {
    sendJson(response, 200, await ask());
  } catch {
    if (response.headersSent) response.destroy();
    else sendError(response, 500, "internal", "the server could not do this");
  }
}
