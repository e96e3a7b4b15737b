/**
 * The program of a thread that calls functions of libc one after the other, for {@linkcode inThread}.
 *
 * @module
 */
import { builtin } from "./backend_builtin.ts";
import { bunFunctions } from "./backend_bun.ts";
import { koffiFunctions } from "./backend_koffi.ts";
import { hasNodeFfi, nodeFunctions } from "./backend_node.ts";
import type { Call } from "./backend_threads.ts";
import { runtime } from "./platform.ts";
import { BACKGROUND_SYMBOLS, type Signature } from "./symbols.ts";

interface WorkerThreads {
  parentPort: {
    on(event: "message", listener: (call: Call) => void): void;
    postMessage(result: unknown): void;
  };
}

/** The memory belongs to another thread, so buffers come as addresses. */
const table: Record<string, Signature> = Object.fromEntries(
  Object.entries<Signature>(BACKGROUND_SYMBOLS).map(([key, { parameters, ...rest }]) => [
    key,
    { ...rest, parameters: parameters.map((type) => type === "buffer" ? "address" : type) },
  ]),
);

const functionsOf = runtime() === "bun" ? bunFunctions : hasNodeFfi() ? nodeFunctions : koffiFunctions;
const functions = functionsOf(table);
const { parentPort } = builtin<WorkerThreads>("node:worker_threads") as WorkerThreads;
parentPort.on("message", ({ name, args }) => parentPort.postMessage(call(functions[name], args)));

/** Not by spreading: V8 dies of compiling a call of `node:ffi` that gets its arguments so. */
function call(callee: typeof functions[string] | undefined, args: unknown[]): unknown {
  const [a, b, c, d, e, f, g, h] = args;
  switch (args.length) {
    case 4:
      return callee?.(a, b, c, d);
    case 6:
      return callee?.(a, b, c, d, e, f);
    case 7:
      return callee?.(a, b, c, d, e, f, g);
    case 8:
      return callee?.(a, b, c, d, e, f, g, h);
    default:
      throw new RangeError(`Cannot call a function with so many arguments: current value is ${args.length}`);
  }
}
