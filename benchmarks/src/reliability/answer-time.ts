import { startChild } from "../../../chaos/src/crowd/child.ts";
import { summarize } from "../../../chaos/src/crowd/summary.ts";
import { openAsker } from "./asker.ts";
import { printNotes, printVerdicts } from "./figures.ts";
import type { ServerArguments, ServerDesk } from "./server-process.ts";
import type { Settings } from "./settings.ts";
import { welchT } from "./welch.ts";
import { createFolder, findPort } from "./workplace.ts";

/** Names of the same length: what is compared is what they name. */
const channelOfAnother = "own:somebody";
const channelOfNobody = "own:nobodyyy";
/** About this one the application thinks a little longer: whether the program would see that. */
const slowChannel = "slow:thinker";
const eventsOfAnother = 1_000;
/** Beyond this a difference is not chance: the bound of dudect. */
const mostT = 4.5;
/** The slowest tenth is what the machine did meanwhile. */
const keptShare = 0.9;
const pairsOfForm = 5_000;
/** The server counts refusals of a minute, and counting more takes longer. */
const questionsOfOne = 500;

/** Every message that names a channel and is answered `forbidden`. */
const forms = {
  subscribe: { from: "start" },
  fetch: { after: 0, limit: 10 },
  list: {},
  publish: { writer: "w", events: [{ type: "custom", name: "n", time: 0, data: 1 }] },
  renew: { writer: "w", runIds: ["r"] },
  command: { runId: "r", name: "cancel" },
} as const;
type Form = keyof typeof forms;

interface Compared {
  readonly name: string;
  readonly medians: readonly [number, number];
  readonly t: number;
  /** Answers that were not `forbidden`. */
  readonly other: number;
}

/**
 * How long it takes to be refused a channel that is another's – followed, with a log – and one that there is not: by
 * turns in random order, one question at a time, and compared as dudect compares the times of cryptography.
 */
export async function answerTime({ rounds = 1 }: Settings): Promise<void> {
  using folder = createFolder();
  const port = await findPort();
  const file = `${folder.path}/answers.db`;
  const given: ServerArguments = { file, port, authMs: 0, isUnlimited: true };
  await using server = await startChild<ServerDesk>(
    new URL("server-process.ts", import.meta.url),
    given,
  );
  await server.ask("publishMany", { channel: channelOfAnother, count: eventsOfAnother });
  using owner = await openAsker(port, "somebody");
  await owner.ask({ type: "subscribe", channel: channelOfAnother, from: "start" });
  await compare(port, "subscribe", channelOfNobody, 500); // until the code is compiled
  const compared: Compared[] = [];
  for (const form of Object.keys(forms) as Form[])
    compared.push(await compare(port, form, channelOfNobody, pairsOfForm * rounds));
  const control = await compare(port, "subscribe", slowChannel, pairsOfForm * rounds);
  report(compared, control);
}

/** Asks for another's channel, and as often for `channel`; each stranger for a while, for the server counts them. */
async function compare(
  port: number,
  form: Form,
  channel: string,
  pairs: number,
): Promise<Compared> {
  const times: Record<"known" | "other", number[]> = { known: [], other: [] };
  let other = 0;
  for (let left = pairs * 2; left > 0; left -= questionsOfOne) {
    using asker = await openAsker(port, "stranger");
    for (let question = 0; question < Math.min(left, questionsOfOne); question += 1) {
      const isKnown = Math.random() < 0.5;
      const message = { type: form, ...forms[form], channel: isKnown ? channelOfAnother : channel };
      const begun = performance.now();
      const answer = await asker.ask(message);
      times[isKnown ? "known" : "other"].push((performance.now() - begun) * 1_000);
      if (answer.type !== "error" || answer.code !== "forbidden") other += 1;
    }
  }
  const { kept } = keepQuick(times);
  return {
    name: form,
    medians: [summarize(times.known).median, summarize(times.other).median],
    t: welchT(kept.known, kept.other),
    other,
  };
}

function keepQuick(times: Readonly<Record<"known" | "other", readonly number[]>>) {
  const all = [...times.known, ...times.other].sort((one, other) => one - other);
  const most = all[Math.floor(all.length * keptShare)] ?? Number.POSITIVE_INFINITY;
  const isQuick = (time: number) => time < most;
  return { kept: { known: times.known.filter(isQuick), other: times.other.filter(isQuick) } };
}

function report(compared: readonly Compared[], control: Compared): void {
  const worst = compared.reduce((one, other) =>
    Math.abs(other.t) > Math.abs(one.t) ? other : one,
  );
  const wrong = [...compared, control].reduce((sum, { other }) => sum + other, 0);
  printVerdicts([
    {
      what: "time to be refused another's channel and one that there is not",
      goal: `no difference that could be told (|t| < ${mostT})`,
      measured: `|t| at most ${Math.abs(worst.t).toFixed(1)} (${worst.name}), ${wrong} answers not forbidden`,
      isMet: Math.abs(worst.t) < mostT && wrong === 0,
    },
    {
      what: "the same measurement, where the application thinks 20 µs longer about one of the two",
      goal: "the difference is seen",
      measured: `|t| ${Math.abs(control.t).toFixed(1)}`,
      isMet: Math.abs(control.t) >= mostT,
    },
  ]);
  const show = ({ medians, t }: Compared) =>
    `${medians.map((median) => median.toFixed(1)).join(" and ")} µs, t = ${t.toFixed(2)}`;
  printNotes(
    Object.fromEntries([
      ...compared.map((one) => [`${one.name}, another's and nobody's, median`, show(one)]),
      ["subscribe, another's and one thought about longer, median", show(control)],
    ]),
  );
}
