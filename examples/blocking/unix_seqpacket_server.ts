/** The C server of the unix socket tutorial, call by call: socket, bind, listen, accept, read, write, close, unlink. */
import { BlockingSocket } from "@berkeley/sockets/blocking";
import { C } from "@berkeley/sockets/ffi";
import { unixAddrCodec } from "@berkeley/sockets/unix";
import { printable } from "../shared/printable.ts";

const SOCKET_NAME = "/tmp/9Lq7BNBnBycd6nxy.socket";
const BUFFER_SIZE = 1024;

const [name = SOCKET_NAME, ...rest] = Deno.args;
if (name.startsWith("-") || rest.length > 0) {
  const help = name === "-h" || name === "--help";
  const usage = `Usage: unix_seqpacket_server.ts [PATH]\n\nListens at PATH, by default ${SOCKET_NAME}.`;
  if (help) console.log(usage);
  else console.error(`unix_seqpacket_server: the only argument is PATH\n\n${usage}`);
  Deno.exit(help ? 0 : 2);
}

try {
  let downFlag = false;
  const buffer = new Uint8Array(BUFFER_SIZE);

  // Create local socket, and bind it to its name.
  using connectionSocket = BlockingSocket.open(C.AF_UNIX, C.SOCK_SEQPACKET, { codec: unixAddrCodec });
  connectionSocket.bind({ path: name });
  try {
    // While one request is being processed, 20 others can be waiting.
    connectionSocket.listen(20);

    // This is the main loop for handling connections.
    while (!downFlag) {
      // Wait for incoming connection.
      using dataSocket = connectionSocket.accept();
      try {
        let command = "";
        while (command !== "SEND" && command !== "DOWN") {
          // Wait for next data packet.
          const ret = dataSocket.recv(buffer);
          if (ret === 0) break; // the client has gone without a command
          command = new TextDecoder().decode(buffer.subarray(0, ret)).replace(/\0.*/s, "");
          console.log(printable(command));
        }
        if (command === "SEND") console.log("Sending Data");
        if (command === "DOWN") console.log("Closing Program");
        downFlag = command === "DOWN";
        if (command !== "SEND" && command !== "DOWN") continue;

        const text = new TextEncoder().encode("Hello World!\n");
        console.log(`Sending buffer of size: ${text.length}`);
        dataSocket.send(new Uint8Array(Int32Array.of(text.length).buffer));
        console.log("Sending contents of Buffer");
        dataSocket.send(text);
      } catch (error) {
        tell(error); // the client has gone
      }
    }
  } finally {
    Deno.removeSync(name); // unlink the socket
  }
} catch (error) {
  tell(error);
  Deno.exit(1);
}

function tell(error: unknown): void {
  console.error(`unix_seqpacket_server: ${error instanceof Error ? error.message : error}`);
}
