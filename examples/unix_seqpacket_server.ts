/** The server of the unix socket tutorial: answers each client that says SEND with a greeting, until one says DOWN. */
import { UnixSeqpacketListener } from "@berkeley/sockets/unix";
import { printable } from "./shared/printable.ts";

const DEFAULT_PATH = "/tmp/9Lq7BNBnBycd6nxy.socket";
const BUFFER_SIZE = 1024;

const [path = DEFAULT_PATH, ...rest] = Deno.args;
if (path.startsWith("-") || rest.length > 0) {
  const help = path === "-h" || path === "--help";
  const usage = `Usage: unix_seqpacket_server.ts [PATH]\n\nListens at PATH, by default ${DEFAULT_PATH}.`;
  if (help) console.log(usage);
  else console.error(`unix_seqpacket_server: the only argument is PATH\n\n${usage}`);
  Deno.exit(help ? 0 : 2);
}

try {
  await serve(path);
} catch (error) {
  tell(error);
  Deno.exit(1);
}

async function serve(path: string): Promise<void> {
  using listener = UnixSeqpacketListener.listen({ path, backlog: 20, replaceStale: true });
  Deno.addSignalListener("SIGINT", () => {
    listener.close();
    Deno.exit(0);
  });
  for await (using conn of listener) {
    let command = "";
    for await (const { data } of conn) {
      command = textOf(data);
      console.log(printable(command));
      if (command === "SEND" || command === "DOWN") break;
    }
    if (command !== "SEND" && command !== "DOWN") continue; // the client has gone without a command
    console.log(command === "SEND" ? "Sending Data" : "Closing Program");

    const text = new TextEncoder().encode("Hello World!\n");
    try {
      console.log(`Sending buffer of size: ${text.length}`);
      await conn.send(new Uint8Array(Int32Array.of(text.length).buffer));
      console.log("Sending contents of Buffer");
      const buffer = new Uint8Array(BUFFER_SIZE); // like the tutorial, send the whole buffer
      buffer.set(text);
      await conn.send(buffer);
    } catch (error) {
      tell(error);
    }
    if (command === "DOWN") break;
  }
}

function tell(error: unknown): void {
  console.error(`unix_seqpacket_server: ${error instanceof Error ? error.message : error}`);
}

/** What C sees of a message: the bytes before the first NUL. */
function textOf(data: Uint8Array): string {
  const end = data.indexOf(0);
  return new TextDecoder().decode(end < 0 ? data : data.subarray(0, end));
}
