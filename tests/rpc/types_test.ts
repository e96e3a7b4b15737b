import { type Dictionary, dictionary } from "../../dictionary/mod.ts";
import { RpcClient, type RpcConn, type RpcListener, type RpcResult, RpcServer } from "../../rpc/mod.ts";
import { assertEquals, test } from "../runner/mod.ts";

interface Api {
  ADD(params: { a: number; b: number }): number;
  LATER(params: string): Promise<{ text: string }>;
}

const conn: RpcConn = { read: () => new Promise(() => {}), write: () => new Promise(() => {}), close() {} };
const listener: RpcListener = { accept: () => new Promise(() => {}), close() {} };

/** Never called: `deno check` is the test, and each `@ts-expect-error` fails where there is no error. */
export function wrongUses(client: RpcClient<Api>): unknown[] {
  const sum: Promise<number> = client.call("ADD", { a: 1, b: 2 });
  const later: Promise<{ text: string }> = client.call("LATER", "x");
  const result: RpcResult<Api, "LATER"> = { text: "awaited" };
  const calls = [
    // @ts-expect-error: no such function
    client.call("SUB", { a: 1, b: 2 }),
    // @ts-expect-error: a parameter is missing
    client.call("ADD", { a: 1 }),
    // @ts-expect-error: a parameter has another type
    client.call("ADD", { a: 1, b: "2" }),
    // @ts-expect-error: a parameter too many
    client.call("ADD", { a: 1, b: 2, c: 3 }),
    // @ts-expect-error: another result
    client.call("LATER", "x").then((value) => value.length),
    // @ts-expect-error: a dictionary has no DELETE
    new RpcClient<Dictionary>(conn).call("DELETE", { obj: "x" }),
    // @ts-expect-error: an interface has only functions of JSON values
    new RpcClient<{ x: number }>(conn),
  ];
  const servers = [
    RpcServer.serve<Api>(listener, { ADD: ({ a, b }) => a + b, LATER: (text) => ({ text }) }),
    RpcServer.serve<Api>(listener, {
      ADD: ({ a, b }) => Promise.resolve(a + b),
      LATER: (text) => Promise.resolve({ text }),
    }),
    // @ts-expect-error: a handler is missing
    RpcServer.serve<Api>(listener, { ADD: ({ a, b }) => a + b }),
    // @ts-expect-error: a handler too many
    RpcServer.serve<Api>(listener, { ADD: ({ a, b }) => a + b, LATER: (text) => ({ text }), MORE: () => 1 }),
    // @ts-expect-error: a handler takes something else
    RpcServer.serve<Api>(listener, { ADD: (text: string) => text.length, LATER: (text) => ({ text }) }),
    // @ts-expect-error: a handler returns something else
    RpcServer.serve<Api>(listener, { ADD: () => "3", LATER: (text) => ({ text }) }),
    RpcServer.serve(listener, dictionary()),
    RpcServer.serve<Dictionary>(listener, dictionary()),
  ];
  return [sum, later, result, calls, servers, new RpcClient(conn).call("ANYTHING", [1, 2])];
}

test("RpcClient and RpcServer take their types from one interface", () => {
  assertEquals(typeof wrongUses, "function"); // proven by the type check of this file
});
