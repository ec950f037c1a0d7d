import {
  completed,
  custom,
  started,
  thinking,
  toolExecuting,
} from "../conformance/support/sample-events.ts";

/** Every message of a client, as it should be. */
const messages: readonly object[] = [
  { type: "hello", token: "t", client: { name: "n", version: "1" } },
  { type: "authenticate", id: "1", token: "t" },
  { type: "subscribe", id: "1", channel: "c" },
  { type: "subscribe", id: "1", channel: "c", from: { epoch: "e", offset: 3 }, runs: 20 },
  { type: "unsubscribe", id: "1", channel: "c" },
  { type: "fetch", id: "1", channel: "c", after: 0, limit: 1000, runId: "r" },
  { type: "list", id: "1", channel: "c", before: "r", limit: 20 },
  {
    type: "publish",
    id: "1",
    writer: "w",
    channel: "c",
    events: [custom("n", { data: [1, "é", null] })],
  },
  {
    type: "publish",
    id: "1",
    writer: "w",
    channel: "c",
    events: [started("s"), thinking("s", "a"), completed("s")],
  },
  {
    type: "publish",
    id: "1",
    writer: "w",
    channel: "c",
    events: [toolExecuting("r", "t", { input: { $date: "x" } })],
  },
  { type: "renew", id: "1", writer: "w", channel: "c", runIds: ["r", "s"], take: true },
  { type: "command", id: "1", channel: "c", runId: "r", name: "cancel", data: { a: [{}] } },
  { type: "handled", commandId: "k", result: { b: "\\" }, error: { code: "x", message: "y" } },
  { type: "ping", at: 1 },
  { type: "report", code: "hole", detail: "d" },
];
const texts = messages.map((message) => JSON.stringify(message));

/** What a text may be broken with: brackets, quotes, escapes, signs that are half of one, numbers that are none. */
const pieces: readonly string[] = [
  ...[
    "{",
    "}",
    "[",
    "]",
    '"',
    ",",
    ":",
    "\\",
    "\\u",
    "\\ud800",
    "\ud800",
    "\udc00",
    "\0",
    "\u2028",
    " ",
  ],
  ...[
    "null",
    "true",
    "-1",
    "0.5",
    "1e400",
    "-0",
    "9007199254740993",
    "NaN",
    '""',
    "{}",
    "[]",
    "\u007f",
  ],
  ...[
    '"__proto__":{},',
    '"constructor":1,',
    '"type":"publish",',
    '"id":1,',
    '"id":"2",',
    '"events":[],',
  ],
  ...[
    '{"$ref":"/"}',
    "[".repeat(300),
    '{"a":'.repeat(120),
    "é".repeat(200),
    "x".repeat(300),
    "1".repeat(400),
  ],
];

/** Random texts, always the same ones for the same random stream. */
export class Mutator {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Mostly a message with a few mistakes; now and then nothing like one. */
  text(): string {
    if (this.#random() < 0.05) return this.#garbage();
    let text = this.pick(texts);
    for (let mistakes = this.below(4); mistakes > 0; mistakes -= 1) text = this.#mistake(text);
    return text;
  }

  /** 0 ≤ number < end. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  pick<Value>(values: readonly Value[]): Value {
    // There are as many as there are indexes, and never none.
    return values[this.below(values.length)] as Value;
  }

  /** Bytes of which some are others, or gone. */
  bytes(whole: Buffer): Buffer {
    const bytes = Buffer.from(whole);
    for (let count = this.below(4); count > 0; count -= 1)
      bytes.writeUInt8(
        this.below(256),
        this.below(this.#random() < 0.6 ? Math.min(14, bytes.length) : bytes.length),
      );
    return this.#random() < 0.1 ? bytes.subarray(0, 1 + this.below(bytes.length)) : bytes;
  }

  #garbage(): string {
    const length = this.below(60);
    return Array.from({ length }, () =>
      this.#random() < 0.5 ? this.pick(pieces) : String.fromCharCode(this.below(0x1_0000)),
    ).join("");
  }

  #mistake(text: string): string {
    const at = this.below(text.length + 1);
    const to = Math.min(text.length, at + 1 + this.below(12));
    switch (this.below(6)) {
      case 0:
        return text.slice(0, at) + text.slice(to);
      case 1:
        return text.slice(0, at) + this.pick(pieces) + text.slice(at);
      case 2:
        return text.slice(0, at) + text.slice(at, to) + text.slice(at);
      case 3:
        return text.slice(0, at) + this.pick(texts).slice(this.below(30));
      case 4:
        return this.#otherValue(text);
      default:
        return text.slice(0, at) + String.fromCharCode(this.below(256)) + text.slice(at + 1);
    }
  }

  /** Another value in the place of one, so that the text is still JSON. */
  #otherValue(text: string): string {
    const values = [...text.matchAll(/(?<=[:[,])(?:"[^"\\]*"|-?\d+|true|null)(?=[,}\]])/g)];
    if (values.length === 0) return text;
    const { 0: value, index } = this.pick(values);
    const others = [
      "null",
      "true",
      "-1",
      "0.5",
      "1e400",
      "9007199254740993",
      '""',
      '"\\ud800"',
      "{}",
      "[]",
      '"../c"',
      '"c\\u0000"',
    ];
    return (
      text.slice(0, index) +
      this.pick([...others, JSON.stringify("x".repeat(this.below(400)))]) +
      text.slice(index + value.length)
    );
  }
}
