// Annotated, as every call at the top of a module here: a bundle that only decodes leaves them out.
const marker = /* @__PURE__ */ Symbol.for("runwire.error");

/**
 * The one error class of every runwire package.
 *
 * Tell errors apart by `code`; recognise them with {@link isRunwireError}, which also knows errors
 * made by another copy of this package.
 *
 * @example
 * throw new RunwireError("invalid_channel", `"${name}" is no channel name: use letters and digits`);
 */
export class RunwireError<Code extends string = string> extends Error {
  /** What went wrong, for programs: stable, in snake_case. */
  readonly code: Code;

  constructor(code: Code, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "RunwireError";
    this.code = code;
    Object.defineProperty(this, marker, { value: true });
  }
}

/**
 * Whether a caught value is a {@link RunwireError}, whichever copy of the package made it.
 *
 * @example
 * if (isRunwireError(error) && error.code === "run_completed") return;
 */
export function isRunwireError(value: unknown): value is RunwireError {
  return typeof value === "object" && value !== null && marker in value;
}

/**
 * What `decode` throws: the text is not JSON.
 *
 * @example
 * const isSerializerError = (error: unknown): error is SerializerError =>
 *   isRunwireError(error) && error.code === "invalid_json";
 */
export type SerializerError = RunwireError<"invalid_json">;
