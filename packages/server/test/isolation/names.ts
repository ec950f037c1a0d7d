/** Names that a careless comparison takes for one another: a prefix, another case, a sign that patterns know. */
const names = [
  ...["chat:1", "chat:10", "chat:11", "chat:1/a", "chat:1/A", "chat:1/a/b", "Chat:1", "CHAT:1"],
  ...["chat:1:", "chat:1.", "chat:1-", "chat:1+", "chat:1@a", "chat_1", "chat.1", "chat+1"],
  ...["1", "01", "1e0", "null", "undefined", "true", "__proto__", "constructor", "toString"],
  ...[
    "x".repeat(199),
    "x".repeat(200),
    `${"x".repeat(199)}y`,
    "project/42",
    "project/4",
    "project",
  ],
];

/** What somebody may do in a channel. */
export type Right = "subscribe" | "publish" | "command";

const rights: readonly Right[] = ["subscribe", "publish", "command"];

/** Who may what where, and which channels there are; by a random stream. */
export interface Rules {
  readonly users: readonly string[];
  readonly existing: readonly string[];
  readonly absent: readonly string[];
  may(user: string, right: Right, channel: unknown): boolean;
}

/** Half of the names exist; each user may do a third of what can be done, there and where nothing is. */
export function createRules(random: () => number): Rules {
  const users = ["ann", "ANN", "ann.", "bob", "eve", "__proto__"];
  const granted = new Set<string>();
  for (const user of users)
    for (const channel of names)
      for (const right of rights)
        if (random() < 0.35) granted.add(JSON.stringify([user, right, channel]));
  const existing = names.filter(() => random() < 0.5);
  return {
    users,
    existing,
    absent: names.filter((name) => !existing.includes(name)),
    may: (user, right, channel) => granted.has(JSON.stringify([user, right, channel])),
  };
}

/** What looks like the name to a person, a pattern or a careless parser, and is none. */
const disguises: readonly ((name: string) => unknown)[] = [
  (name) => `${name} `,
  (name) => ` ${name}`,
  (name) => `${name}\n`,
  (name) => `${name}\0`,
  (name) => `${name}\u200b`,
  (name) => `\ufeff${name}`,
  (name) => `\u202e${name}`,
  (name) => `${name}\ud800`,
  (name) => `${name}/`,
  (name) => `/${name}`,
  (name) => `./${name}`,
  (name) => `other/../${name}`,
  (name) => `${name}//a`,
  (name) => `${name}?a`,
  (name) => `${name}*`,
  (name) => `${name}%`,
  (name) => `%${name}`,
  (name) => `${name}%2e`,
  (name) => `${name}' OR '1'='1`,
  (name) => `${name}\u0301`,
  (name) =>
    name.replace(/[a-z1]/i, (letter) => String.fromCodePoint(0xfee0 + letter.charCodeAt(0))),
  (name) => name.replace(/[ac]/, (letter) => ({ a: "\u0430", c: "\u0441" })[letter] ?? "\u0435"),
  (name) => [name],
  (name) => ({ name, length: name.length }),
  () => 1,
  () => null,
  () => true,
  () => "",
  () => "x".repeat(201),
];

/** A channel as a request may name it: one that is there, one that is not, or what names none. */
export function pickChannel({ existing, absent }: Rules, pick: Pick): unknown {
  const name = pick(pick([true, true, false]) ? existing : absent);
  if (pick([true, true, true, false])) return name;
  return pick(disguises)(name);
}

/** Whether it is one of the names; every disguise is none, whatever the server thinks of it. */
export function isName(value: unknown): boolean {
  return typeof value === "string" && names.includes(value);
}

/** Takes one of several, by a random stream. */
export type Pick = <Value>(values: readonly Value[]) => Value;

export function createPick(random: () => number): Pick {
  return <Value>(values: readonly Value[]) => {
    const index = Math.floor(random() * values.length);
    // There are as many as there are indexes, and never none.
    return values[index] as Value;
  };
}
