import { Command, InvalidArgumentError, Option } from "commander";
import { toLine } from "./misuse.js";
import { type RenewEpochsFlags, runRenewEpochs } from "./renew-epochs.js";
import { runServe, type ServeFlags } from "./serve/run-serve.js";
import { runTail, type TailFlags } from "./tail/run-tail.js";
import { CLI_VERSION } from "./version.js";

/** The command `runwire`, with everything that it understands. */
export function createProgram(): Command {
  const program = new Command("runwire")
    .description("Show people, live, what AI agents are doing.")
    .version(CLI_VERSION)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${toSentence(text)}\n`) });
  addServe(program);
  addTail(program);
  addRenewEpochs(program);
  return program;
}

/** Commander's complaint and its guess in one line. */
function toSentence(complaint: string): string {
  return toLine(complaint.trim().replace(/^error: /, "runwire: "));
}

function addServe(program: Command): void {
  program
    .command("serve")
    .description("Serve runs over WebSocket until SIGTERM or SIGINT.")
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option("--port <port>", "port to listen on; 0 takes a free one", toPort, 4710)
    .option("--path <path>", "where clients connect", "/runwire")
    .option("--store <store>", "memory: or sqlite:FILE", "memory:")
    .addOption(new Option("--access <who>", "let everybody do everything").choices(["open"]))
    .option("--users <file>", "JSON file of tokens, and what each may do")
    .option("--origin <url...>", "pages that may connect (default: those of this host)")
    .option("--trust-proxy <proxy...>", "how many proxies stand in front, or their addresses")
    .option("--drain-timeout <ms>", "how long clients get to leave", toMilliseconds, 30_000)
    .action((flags: ServeFlags) => runServe(flags));
}

function addTail(program: Command): void {
  program
    .command("tail")
    .description("Print the events of a channel as they come.")
    .argument("<url>", "ws://…, wss://…, http://… or https://…")
    .argument("<channel>")
    .addOption(new Option("--token <token>", "who you are").env("RUNWIRE_TOKEN"))
    .option("--from <position>", "start, now or EPOCH:OFFSET", "start")
    .option("--json", "one JSON object a line, as the log keeps it", false)
    .action((url: string, channel: string, flags: TailFlags) => runTail(url, channel, flags));
}

function addRenewEpochs(program: Command): void {
  program
    .command("renew-epochs")
    .description(
      "Have every reader begin anew: once, after an older copy of the store was restored.",
    )
    .requiredOption("--store <store>", "sqlite:FILE")
    .action((flags: RenewEpochsFlags) => runRenewEpochs(flags));
}

function toPort(text: string): number {
  return toWhole(text, 65_535, "a number from 0 to 65535");
}

function toMilliseconds(text: string): number {
  return toWhole(text, Number.MAX_SAFE_INTEGER, "a number of milliseconds");
}

function toWhole(text: string, most: number, what: string): number {
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  throw new InvalidArgumentError(`Give ${what}.`);
}
