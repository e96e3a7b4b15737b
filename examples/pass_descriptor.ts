/** Passes an open file to another program, which can then read it even if it may not open it. */
import { check, libc } from "@berkeley/sockets/ffi";
import { UnixSeqpacketConn, UnixSeqpacketListener } from "@berkeley/sockets/unix";
import { closeSync, openSync } from "node:fs";
import { printable } from "./shared/printable.ts";

const [role, path, file, ...rest] = Deno.args;
try {
  if (role === "give" && path !== undefined && file !== undefined && rest.length === 0) await give(path, file);
  else if (role === "take" && path !== undefined && file === undefined) await take(path);
  else usage();
} catch (error) {
  console.error(`pass_descriptor: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

function usage(): never {
  const text = "Usage: pass_descriptor.ts give PATH FILE\n       pass_descriptor.ts take PATH\n\n" +
    "give opens FILE and passes it to the next program that connects to PATH; take prints its contents.";
  const help = role === "-h" || role === "--help";
  if (help) console.log(text);
  else console.error(`pass_descriptor: give needs PATH and FILE, take needs PATH\n\n${text}`);
  Deno.exit(help ? 0 : 2);
}

async function give(path: string, file: string): Promise<void> {
  const fd = openSync(file, "r");
  try {
    using listener = UnixSeqpacketListener.listen({ path, mode: 0o666, replaceStale: true });
    Deno.addSignalListener("SIGINT", () => {
      listener.close();
      Deno.exit(0);
    });
    console.log(`giving ${file} at ${path}`);
    using conn = await listener.accept();
    await conn.sendMessage({ data: new TextEncoder().encode(file), fds: [fd] });
    await conn.receive(); // until the other end has closed: it then has the file
  } finally {
    closeSync(fd);
  }
}

async function take(path: string): Promise<void> {
  using conn = await UnixSeqpacketConn.connect({ path });
  using message = await conn.receiveMessage({ buffer: new Uint8Array(4096), maxFds: 1 });
  const fd = message?.fds[0]?.fd;
  if (message === null || fd === undefined) throw new Error("no file was received");
  console.error(`took ${printable(new TextDecoder().decode(message.data))}`);
  const buffer = new Uint8Array(65536);
  for (let n; (n = check(libc().read(fd, buffer, 65536n), "read")) > 0;) {
    for (let at = 0; at < n;) at += await Deno.stdout.write(buffer.subarray(at, n));
  }
}
