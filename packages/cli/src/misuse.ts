/** What the person at the terminal can mend; its message is one sentence for them. */
export class Misuse extends Error {}

/** The exit code of a {@link Misuse}. */
export const EXIT_MISUSE = 2;

/** A sentence in one line, whatever it quotes: no control character reaches a terminal. */
export function toLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, (control) =>
    control === "\n" || control === "\r\n" ? " " : JSON.stringify(control).slice(1, -1),
  );
}

/** What an error says, or what it is. */
export function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
