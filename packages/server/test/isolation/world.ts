import { createMemoryStore } from "@runwire/store";
import { expect } from "vitest";
import { createRunwireServer, type RunwireServer } from "../../src/index.ts";
import { started } from "../conformance/support/sample-events.ts";
import { createRandom } from "../support/disturbed-store.ts";
import { checkTold, forbiddenText } from "./check-told.ts";
import { forms, type Knowledge, overHttp, toAside } from "./forms.ts";
import { createPick, createRules, isName, type Pick, pickChannel, type Rules } from "./names.ts";
import { Prober } from "./prober.ts";

const unlimited = { perSecond: 1e9, burst: 1e9 };
const limits = {
  ...{ messageRate: unlimited, subscribeRate: unlimited, maxSubscriptions: 1_000 },
  ...{ maxRefusalsPerMinute: 1e9, maxBadMessagesPerMinute: 1e9, replayBytesPerMinute: 1e15 },
};
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

/** How often each form was answered how. */
export type Counts = Map<string, number>;

/** Channels, users and their rights by a random stream; probes of every form, each answer and each push looked at. */
export class World {
  readonly #rules: Rules;
  readonly #pick: Pick;
  readonly #counts: Counts;
  readonly #server: RunwireServer;
  readonly #epochs: string[] = [];
  readonly #commandIds = new Set<string>();
  #numbers = 0;

  constructor(seed: number, counts: Counts) {
    const random = createRandom(seed);
    this.#pick = createPick(random);
    this.#rules = createRules(random);
    this.#counts = counts;
    this.#server = createRunwireServer({
      ...{ store: createMemoryStore(), limits, batch: { windowMs: 0, minWindowMs: 0 } },
      authenticate: ({ token = "" }) => (this.#rules.users.includes(token) ? { id: token } : null),
      authorize: ({ user, action, channel }) =>
        action !== "administer" && this.#rules.may(user.id, action, channel),
    });
  }

  /** Asks so many things, all users at once, and then looks at what was written. */
  async play(probes: number): Promise<void> {
    const { users, existing } = this.#rules;
    for (const channel of existing) await this.#fill(channel);
    const probers = users.map(
      (user) =>
        new Prober(this.#server, user, (told) => {
          checkTold(this.#rules, user, told);
          const { type, commandId } = told.message;
          if (type === "command") this.#commandIds.add(String(commandId));
        }),
    );
    const probeAll = async (prober: Prober, index: number) => {
      for (let done = index; done < probes; done += users.length) await this.#probe(prober);
    };
    await Promise.all(probers.map(probeAll));
    for (const prober of probers) prober.leave();
    await this.#checkLogs();
    await this.#server.close();
  }

  /** Two runs with a secret, whose writer is in this process and answers every command with another secret. */
  async #fill(channel: string): Promise<void> {
    for (const runId of ["r", `run of ${channel}`].map(toRunId)) {
      const writer = "known to nobody";
      const event = started(runId, { input: `log <${channel}> by <the server>` });
      const events = [JSON.stringify(event)];
      const { epoch } = await this.#server.publish({ channel, writer, id: runId, events });
      this.#epochs.push(epoch);
      await this.#server.attachRun(
        { channel, runId, writer },
        {
          onLost: () => {},
          onCommand: async ({ commandId, user }) => {
            this.#commandIds.add(commandId);
            await breathe();
            return JSON.stringify(`answer <${channel}> for <${user?.id}>`);
          },
        },
      );
    }
  }

  async #probe(prober: Prober): Promise<void> {
    this.#numbers += 1;
    if (this.#numbers % 16 === 0) await breathe();
    if (this.#pick([true, ...Array<boolean>(9).fill(false)])) await this.#tell(prober);
    else await this.#ask(prober, this.#pick(Object.keys(forms)));
  }

  /** What is not answered is followed by a question that is. */
  async #tell(prober: Prober): Promise<void> {
    const aside = toAside(this.#pick, this.#knowledge(prober.user));
    const id = `${this.#numbers}`;
    if (this.#pick([true, false])) {
      const { status, told } = await prober.post({ id, ...aside });
      const [expected, code] = aside.type === "report" ? [204, undefined] : [400, "bad_message"];
      expect([status, told?.message.code]).toEqual([expected, code]);
      this.#count(`${aside.type} over HTTP`);
      return;
    }
    if (aside.type === "authenticate") {
      const told = await prober.ask({ id, ...aside });
      checkRenewal(prober.user, aside.token, told?.message);
    } else {
      prober.send(aside);
      await prober.ask({ id, type: "unsubscribe", channel: "none" });
    }
    this.#count(`${aside.type}`);
  }

  async #ask(prober: Prober, type: string): Promise<void> {
    const { right, make } = forms[type] ?? {};
    if (!make) throw new Error(`there is no form ${type}`);
    const channel = pickChannel(this.#rules, this.#pick);
    const isAllowed = right === undefined || this.#rules.may(prober.user, right, channel);
    const made = make(this.#pick, this.#knowledge(prober.user), channel);
    const request = { type, id: `${this.#numbers}`, ...made, channel };
    // A writer's name is told to nobody, for whoever knows it may write as that writer where they may write at all.
    if (isAllowed && "writer" in request) request.writer = `writer of ${prober.user}`;
    const isOverHttp = overHttp.has(type) && this.#pick([true, false]);
    const kind = isName(channel) ? (isAllowed ? "allowed" : "forbidden") : "no name";
    const told = isOverHttp ? await post(prober, request, kind) : await prober.ask(request);
    if (kind === "forbidden") expect(told?.text).toBe(forbiddenText(request.id));
    if (kind === "allowed") expect(told?.message.code).not.toBe("forbidden");
    if (kind === "no name") expect(told?.text).toBe(noChannelText(request.id));
    if (told?.message.type === "commanded")
      expect(told.message.result).toBe(`answer <${channel}> for <${prober.user}>`);
    this.#count(`${type}${isOverHttp ? " over HTTP" : ""}: ${kind}`);
  }

  /** Every event was written by somebody who may write there. */
  async #checkLogs(): Promise<void> {
    for (const channel of [...this.#rules.existing, ...this.#rules.absent])
      for (let after = 0, head = 1; after < head; ) {
        const page = await this.#server.fetch({ channel, after });
        for (const event of page.events) {
          const [, where, by] = /log <(.*)> by <(.*)>/.exec(JSON.stringify(event)) ?? [];
          expect(where).toBe(channel);
          if (by !== "the server") expect(this.#rules.may(`${by}`, "publish", channel)).toBe(true);
        }
        ({ offset: after, head } = page);
      }
  }

  #knowledge(user: string): Knowledge {
    const { existing, users } = this.#rules;
    const runIds = ["r", ...existing.map((channel) => toRunId(`run of ${channel}`))];
    const commandIds = [...this.#commandIds].slice(-20);
    return {
      user,
      users,
      epochs: this.#epochs,
      runIds,
      commandIds,
      nextNumber: () => this.#numbers,
    };
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}

/** Asks over HTTP: the answer is the same as over a socket, and its status says no more. */
async function post(prober: Prober, request: Record<string, unknown>, kind: string) {
  const { status, told } = await prober.post(request);
  const expected = { forbidden: 403, "no name": 400 }[kind];
  if (expected) expect(status).toBe(expected);
  else expect(status).not.toBe(403);
  return told;
}

/** One's own token renews who one is, nobody's changes nothing, and another's ends the connection. */
function checkRenewal(user: string, token: unknown, answer: object | undefined): void {
  if (token === user) expect(answer).toMatchObject({ type: "authenticated", user: { id: user } });
  else if (token === "nobody's") expect(answer).toMatchObject({ code: "unauthenticated" });
  else expect(answer).toBeUndefined();
}

function toRunId(name: string): string {
  return name.replaceAll(/[ /]/g, "-").slice(0, 128);
}

function noChannelText(id: unknown): string {
  return JSON.stringify({
    type: "error",
    code: "bad_message",
    message: "channel must be a channel name",
    id,
  });
}
