/** Calls one function of an RPC server and prints its reply as one line of JSON. Exits with 1 on an error. */
import { RpcClient, RpcError } from "@berkeley/sockets/rpc";
import { printable } from "./shared/printable.ts";
import { connect, readOptions } from "./shared/rpc_options.ts";

const USAGE = `Usage: rpc_client.ts [--host ADDRESS] [--port N] [--unix PATH] [--smc] GET name
       rpc_client.ts [the same] PUT name JSON

Prints the reply of the server at 127.0.0.1:4444. Exits with 1 on an error reply.
  --unix PATH  connects to a unix socket instead
  --smc        connects with AF_SMC, or TCP if the kernel has no AF_SMC`;

const { endpoint, words: [func, obj, json, ...rest] } = readOptions("rpc_client", USAGE, []);
if (func === undefined || obj === undefined || (func === "PUT") !== (json !== undefined) || rest.length > 0) {
  console.error(`rpc_client: GET needs a name; PUT needs a name and JSON\n\n${USAGE}`);
  Deno.exit(2);
}
try {
  const params = json === undefined ? { obj } : { obj, val: parse(json) };
  using client = new RpcClient(await connect(endpoint));
  const response = await client.call(func, params);
  console.log(printable(JSON.stringify({ status: "OK", response: { func, response } })));
} catch (error) {
  if (error instanceof RpcError) console.log(printable(JSON.stringify(error.reply)));
  else console.error(`rpc_client: ${printable(error instanceof Error ? error.message : `${error}`)}`);
  Deno.exitCode = 1;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`Cannot parse the value of PUT, which must be JSON: current value is ${text}`, {
      cause: error,
    });
  }
}
