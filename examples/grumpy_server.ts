/** The course's server: it prints what it hears, and wants no friends. */
import { TcpListener } from "@berkeley/sockets/inet";
import { printable } from "./shared/printable.ts";

const [port, ...rest] = Deno.args;
if (port === undefined || rest.length > 0 || !/^\d+$/.test(port)) {
  const isHelp = port === "-h" || port === "--help";
  console.log("[Usage]: grumpy_server.ts PORT");
  if (isHelp) {
    console.log(
      "\nListens on all addresses, as the course's server does, and serves one client at a time: one that says",
    );
    console.log("nothing for 10 seconds is left, and the next is served.");
  }
  Deno.exit(isHelp ? 0 : 1);
}

using listener = listen(Number(port));
Deno.addSignalListener("SIGINT", () => Deno.exit(0));
console.log(`SERVER AT ${listener.addr.hostname}:${listener.addr.port} LISTENING FOR CONNECTIONS`);

const buffer = new Uint8Array(1024);
for await (using conn of listener) {
  const { hostname, port } = conn.remoteAddr;
  try {
    console.log(`RECEIVED CONNECTION FROM ${hostname}:${port}`);
    const n = await conn.read(buffer, { timeout: 10_000 }) ?? 0; // else one silent client would block the others
    console.log(`${hostname} said: ${printable(new TextDecoder().decode(buffer.subarray(0, n)).trimEnd())}`);
    await conn.write(new TextEncoder().encode("I'm a grumpy server, don't connect, I don't want no friends!\n"));
  } catch (error) {
    tell(error);
  }
}

function listen(port: number): TcpListener {
  try {
    return TcpListener.listen({ hostname: "0.0.0.0", port, backlog: 5 });
  } catch (error) {
    tell(error);
    Deno.exit(1);
  }
}

function tell(error: unknown): void {
  console.error(`[Server error]: ${error instanceof Error ? error.message : error}`);
}
