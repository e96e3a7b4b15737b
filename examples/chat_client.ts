/** The course's client: it greets a server and prints the answer. */
import { TcpConn } from "@berkeley/sockets/inet";
import { printable } from "./shared/printable.ts";

const [hostname, port, ...rest] = Deno.args;
if (hostname === undefined || port === undefined || rest.length > 0 || !/^\d+$/.test(port)) {
  console.log("[Usage]: chat_client.ts SERVER_IP PORT");
  Deno.exit(hostname === "-h" || hostname === "--help" ? 0 : 1);
}

try {
  using conn = await TcpConn.connect({ hostname, port: Number(port) });
  console.log(`CLIENT CONNECTED TO SERVER AT ${hostname}:${port}`);
  await conn.write(new TextEncoder().encode("Hello server, would you like to chat?\n"));
  const buffer = new Uint8Array(1024);
  const n = await conn.read(buffer) ?? 0;
  console.log(`${hostname} said: ${printable(new TextDecoder().decode(buffer.subarray(0, n)).trimEnd())}`);
} catch (error) {
  console.error(`[Client error]: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
