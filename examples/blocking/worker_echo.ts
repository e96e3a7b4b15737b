/**
 * A TCP echo server with a Worker for each client. The main thread accepts and never blocks; a Worker serves only its
 * client.
 */
import { BlockingSocket } from "@berkeley/sockets/blocking";
import { TcpListener } from "@berkeley/sockets/inet";

const USAGE = `Usage: worker_echo.ts [PORT]

Echoes what each client sends, on 127.0.0.1 and PORT, by default 7007. Port 0 chooses a free one.`;

// A Worker has the descriptor of its client as its name.
const { name } = self as unknown as { name?: string };
if (name) {
  echo(Number(name));
  self.close();
} else {
  await main(Deno.args);
}

function echo(fd: number): void {
  const buffer = new Uint8Array(65536);
  using conn = BlockingSocket.fromFd(fd);
  try {
    for (let n = conn.recv(buffer); n > 0; n = conn.recv(buffer)) conn.sendall(buffer.subarray(0, n));
  } catch (error) {
    tell(error);
  }
}

async function main([port = "7007", ...rest]: string[]): Promise<void> {
  if (port.startsWith("-") || rest.length > 0 || !/^\d+$/.test(port) || Number(port) > 65535) {
    const help = port === "-h" || port === "--help";
    if (help) console.log(USAGE);
    else console.error(`worker_echo: the only argument is PORT, 0 to 65535\n\n${USAGE}`);
    Deno.exit(help ? 0 : 2);
  }
  Deno.addSignalListener("SIGINT", () => Deno.exit(0)); // blocked Workers end too
  try {
    using listener = TcpListener.listen({ hostname: "127.0.0.1", port: Number(port) });
    console.log(`listening on 127.0.0.1:${listener.addr.port}`);
    for await (const conn of listener) new Worker(import.meta.url, { type: "module", name: String(conn.detach()) });
  } catch (error) {
    tell(error);
    Deno.exit(1);
  }
}

function tell(error: unknown): void {
  console.error(`worker_echo: ${error instanceof Error ? error.message : error}`);
}
