import type { Anomaly } from "../checker/history.ts";

/** A text of a source that is another one in the process that is searched. */
export interface SourceChange {
  /** Under `packages/`. */
  readonly file: string;
  /** Stands there once. */
  readonly text: string;
  readonly instead: string;
}

/** A mistake inside the code. */
export interface SourcePlant {
  readonly shows: Anomaly["name"];
  readonly changes: readonly SourceChange[];
}

/**
 * Mistakes that cannot be made from outside. No switch of them is shipped, or could be: they are made while a process
 * of its own loads the sources.
 */
export const sourcePlants: { readonly [mistake: string]: SourcePlant } = {
  "a subscription that attaches after it has read": {
    shows: "unseen",
    changes: [
      {
        file: "server/src/channels/subscription.ts",
        text: "    hub.add(this);\n",
        instead: "",
      },
      {
        file: "server/src/channels/subscription.ts",
        text: '        this.#state = "level";\n        return;\n',
        instead:
          "        if (!(await this.#sink.mayRead())) return this.#refuse(life);\n" +
          '        this.hub.add(this);\n        this.#state = "level";\n        return;\n',
      },
    ],
  },
  "a run whose commands go back to an older connection": {
    shows: "stale-owner",
    changes: [
      {
        file: "server/src/runs/run-holders.ts",
        text: "holder && holder.link.order > link.order &&",
        instead: "false &&",
      },
    ],
  },
  "a server that resumes one early": {
    shows: "unseen",
    changes: [
      {
        file: "server/src/log/plan-resume.ts",
        text: "{ after: from.offset, isFromStart: false }",
        instead: "{ after: Math.max(0, from.offset - 1), isFromStart: false }",
      },
    ],
  },
  "a merged page one short at its edge": {
    shows: "poll-skip",
    changes: [
      {
        file: "server/src/log/page-reader.ts",
        text: "(event) => event.offset <= offset",
        instead: "(event) => event.offset < offset",
      },
    ],
  },
  "a merge that joins texts the other way round": {
    shows: "nonmonotonic",
    changes: [
      {
        file: "protocol/src/fold/merge-pair.ts",
        text: "first.delta + later.delta",
        instead: "later.delta + first.delta",
      },
    ],
  },
  "a replay that nobody authorizes": {
    shows: "isolation",
    changes: [
      {
        file: "server/src/connection/talk.ts",
        text: "      void this.#channels.revalidate();\n",
        instead: "",
      },
    ],
  },
  "a writer that handles a command again": {
    shows: "repeated-effect",
    changes: [
      {
        file: "client/src/runs/answer-command.ts",
        text: "answers.get(commandId) ?? ",
        instead: "",
      },
      {
        file: "agent/src/run/commands.ts",
        text: "    if (known) return known;\n",
        instead: "",
      },
    ],
  },
  "a take that leaves the old writer able to write": {
    shows: "two-writers",
    changes: [
      {
        file: "store/src/rows/plan-append.ts",
        text: 'if (run?.status === "running" && run.writer !== writer)',
        instead: 'if (run?.status === "running" && run.writer === "")',
      },
    ],
  },
  "a command that goes to whoever had the run before": {
    shows: "stale-owner",
    changes: [
      {
        file: "server/src/runs/present-runs.ts",
        text: "      if (run) this.#holders.deleteOthers(key, run.writer);\n",
        instead: "",
      },
    ],
  },
  "a trim that takes one event too many": {
    shows: "torn-run",
    changes: [
      {
        file: "store/src/memory/memory-channel.ts",
        text: "    const next = this.runs.floorAt(floor);\n",
        instead: "    const next = this.runs.floorAt(floor) + 1;\n",
      },
    ],
  },
  "older runs that are loaded while they come by themselves": {
    shows: "misfolded",
    changes: [
      {
        file: "client/src/subscriptions/load-older.ts",
        text: "first <= end() && ",
        instead: "",
      },
      {
        file: "client/src/subscriptions/load-older.ts",
        text: "= await whenLevel(source);",
        instead: "= source.subscription();",
      },
    ],
  },
};
