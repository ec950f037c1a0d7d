import { expectTypeOf, it } from "vitest";
import type * as z from "zod";
import type {
  ClientMessage,
  LoggedEvent,
  Position,
  Publish,
  RunwireEvent,
  ServerMessage,
  UnknownEvent,
} from "../../src/index.js";
import type {
  clientMessageSchema,
  clientMessageSchemas,
  eventSchemas,
  loggedEventSchema,
  positionSchema,
  runwireEventSchema,
  serverMessageSchema,
  serverMessageSchemas,
  unknownEventSchema,
} from "../../src/schemas.js";

/** The interfaces are `readonly` all the way down; what zod infers is not. */
type DeepReadonly<Value> = Value extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : Value extends object
    ? { readonly [Field in keyof Value]: DeepReadonly<Value[Field]> }
    : Value;
type Inferred<Schema extends z.ZodType> = DeepReadonly<z.output<Schema>>;

type Fits<Given, Wanted> = [Given] extends [Wanted] ? true : false;
type FitsBothWays<Left, Right> = [Fits<Left, Right>, Fits<Right, Left>];

type OneOf<Union, Type> = Extract<Union, { readonly type: Type }>;
/** The schema looks into the events of a publish one by one. */
type WithoutEvents<Message> = Message extends { readonly type: "publish" }
  ? Omit<Message, "events">
  : Message;

it("infers from the event schemas what the interfaces say", () => {
  expectTypeOf<FitsBothWays<Inferred<typeof runwireEventSchema>, RunwireEvent>>().toEqualTypeOf<
    [true, true]
  >();
  expectTypeOf<FitsBothWays<Inferred<typeof loggedEventSchema>, LoggedEvent>>().toEqualTypeOf<
    [true, true]
  >();
  expectTypeOf<FitsBothWays<Inferred<typeof unknownEventSchema>, UnknownEvent>>().toEqualTypeOf<
    [true, true]
  >();
  expectTypeOf<
    FitsBothWays<
      { [Type in keyof typeof eventSchemas]: Inferred<(typeof eventSchemas)[Type]> },
      { [Type in RunwireEvent["type"]]: OneOf<RunwireEvent, Type> }
    >
  >().toEqualTypeOf<[true, true]>();
});

it("infers from the message schemas what the interfaces say", () => {
  type ClientSchemas = typeof clientMessageSchemas;
  type ServerSchemas = typeof serverMessageSchemas;
  expectTypeOf<
    FitsBothWays<WithoutEvents<Inferred<typeof clientMessageSchema>>, WithoutEvents<ClientMessage>>
  >().toEqualTypeOf<[true, true]>();
  expectTypeOf<FitsBothWays<Inferred<typeof serverMessageSchema>, ServerMessage>>().toEqualTypeOf<
    [true, true]
  >();
  expectTypeOf<FitsBothWays<Inferred<typeof positionSchema>, Position>>().toEqualTypeOf<
    [true, true]
  >();
  expectTypeOf<
    FitsBothWays<
      { [Type in keyof ClientSchemas]: WithoutEvents<Inferred<ClientSchemas[Type]>> },
      { [Type in ClientMessage["type"]]: WithoutEvents<OneOf<ClientMessage, Type>> }
    >
  >().toEqualTypeOf<[true, true]>();
  expectTypeOf<
    FitsBothWays<
      { [Type in keyof ServerSchemas]: Inferred<ServerSchemas[Type]> },
      { [Type in ServerMessage["type"]]: OneOf<ServerMessage, Type> }
    >
  >().toEqualTypeOf<[true, true]>();
});

it("says that the events of a publish are still to be judged", () => {
  type Events = z.output<(typeof clientMessageSchemas)["publish"]>["events"];
  expectTypeOf<Events>().toEqualTypeOf<unknown[]>();
  expectTypeOf<Publish["events"]>().toExtend<readonly unknown[]>();
});
