import vm from "node:vm";
import { describe, expect, test } from "vitest";
import { decode, encode, isRunwireError, RunwireError } from "../src/index.js";

/** What an error holds, also what does not show when it is compared. */
function partsOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack } = error;
  const hidden = {
    cause: partsOf(error.cause),
    errors: (error as AggregateError).errors?.map(partsOf),
  };
  return { name, message, stack, type: error.constructor, ...hidden, own: { ...error } };
}

describe("an Error", () => {
  test("keeps its cause and its own fields", () => {
    const cause = new RangeError("too far", { cause: "a text" });
    const error = Object.assign(new TypeError("no", { cause }), { code: "E_NO", at: new Date(0) });
    expect(partsOf(decode(encode(error)))).toStrictEqual(partsOf(error));
  });

  test("is written with its name, message, stack and fields", () => {
    const error = Object.assign(new Error("no"), { code: 7 });
    error.stack = "Error: no\n    at here";
    expect(encode(error)).toBe(
      '{"$error":{"name":"Error","message":"no","stack":"Error: no\\n    at here","code":7}}',
    );
  });

  test("keeps the errors of an AggregateError", () => {
    const error = new AggregateError([new Error("one"), 2n], "both");
    expect(partsOf(decode(encode(error)))).toStrictEqual(partsOf(error));
  });

  test("may be its own cause", () => {
    const error = new Error("loop");
    error.cause = error;
    const back = decode(encode(error)) as Error;
    expect(back.cause).toBe(back);
  });

  test("keeps the name of a class that nobody here knows", () => {
    const { name, message } = decode(encode(new RunwireError("a_code", "gone"))) as Error;
    expect({ name, message }).toStrictEqual({ name: "RunwireError", message: "gone" });
    const abort = decode(encode(new DOMException("stopped", "AbortError"))) as Error;
    expect(abort.name).toBe("AbortError");
  });

  test("of another realm is an error too", () => {
    const foreign: unknown = vm.runInNewContext("new TypeError('foreign')");
    expect(decode(encode(foreign))).toBeInstanceOf(TypeError);
  });

  test("whose message throws is written with what can be read", () => {
    const error = new Error("hidden");
    Object.defineProperty(error, "message", {
      get() {
        throw new Error("not yours");
      },
    });
    const back = decode(encode(error)) as Error;
    expect(back).toBeInstanceOf(Error);
    expect(back.message).toStrictEqual({ $unserializable: "getter threw: not yours" });
  });

  test("whose stack throws has none", () => {
    const error = new Error("no");
    Object.defineProperty(error, "stack", {
      get() {
        throw new Error("not yours");
      },
    });
    expect(encode(error)).toBe('{"$error":{"name":"Error","message":"no"}}');
  });

  test("without a stack does not get the stack of the place where it was decoded", () => {
    const back = decode('{"$error":{"name":"TypeError","message":"no"}}') as Error;
    expect(back.stack).toBe("TypeError: no");
  });

  test("with a field named __proto__ keeps it as data", () => {
    const back = decode(
      '{"$error":{"name":"E","message":"m","__proto__":{"polluted":1}}}',
    ) as Error;
    expect(back).toBeInstanceOf(Error);
    expect(Object.getOwnPropertyDescriptor(back, "__proto__")?.value).toStrictEqual({
      polluted: 1,
    });
    expect("polluted" in back).toBe(false);
  });
});

describe("a RunwireError", () => {
  test("is recognised by its marker, of whichever copy of the package", () => {
    const foreign = Object.assign(new Error("x"), { [Symbol.for("runwire.error")]: true });
    expect(isRunwireError(new RunwireError("a", "b"))).toBe(true);
    expect(isRunwireError(foreign)).toBe(true);
    expect([new Error("x"), null, "text", undefined].some(isRunwireError)).toBe(false);
  });

  test("carries code, message and cause", () => {
    const cause = new Error("below");
    const error = new RunwireError("a_code", "a message", { cause });
    expect(error).toMatchObject({
      name: "RunwireError",
      code: "a_code",
      message: "a message",
      cause,
    });
  });
});
