/** The client of the unix socket tutorial: sends a command, and prints the length and the text of the answer. */
import { UnixSeqpacketConn } from "@berkeley/sockets/unix";
import { printable } from "./shared/printable.ts";

const DEFAULT_PATH = "/tmp/9Lq7BNBnBycd6nxy.socket";
/** The longest answer: the server must not make the client allocate more memory than it has. */
const MAX_LENGTH = 1 << 20;

const [path = DEFAULT_PATH, command = "SEND", ...rest] = Deno.args;
const help = path === "-h" || path === "--help";
if (path.startsWith("-") || (command !== "SEND" && command !== "DOWN") || rest.length > 0) {
  const usage = `Usage: unix_seqpacket_client.ts [PATH] [SEND|DOWN]\n\nConnects to PATH, by default ${DEFAULT_PATH}.`;
  if (help) console.log(usage);
  else console.error(`unix_seqpacket_client: the only arguments are PATH, and then SEND or DOWN\n\n${usage}`);
  Deno.exit(help ? 0 : 2);
}

try {
  await ask(path, command);
} catch (error) {
  console.error(`unix_seqpacket_client: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

async function ask(path: string, command: string): Promise<void> {
  using conn = await UnixSeqpacketConn.connect({ path });
  await conn.send(new TextEncoder().encode(command));

  const head = await conn.receive({ buffer: new Uint8Array(4) });
  if (head?.data.length !== 4) throw new Error("The server closed the connection without an answer");
  const length = new Int32Array(head.data.slice().buffer)[0] ?? 0; // a native int
  console.log(length);
  if (length < 0 || length > MAX_LENGTH) throw new Error(`The server announced ${length} bytes`);

  // The tutorial's server sends its whole buffer: only the first `length` bytes are the text; this cuts off the rest.
  const answer = await conn.receive({ buffer: new Uint8Array(length) });
  const text = new TextDecoder().decode(answer?.data);
  const end = text.endsWith("\n") ? "\n" : "";
  console.log(printable(text.slice(0, text.length - end.length)) + end);
}
