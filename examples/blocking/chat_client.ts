/** The course's client, call by call: socket, connect, send, recv, close. */
import { BlockingSocket } from "@berkeley/sockets/blocking";
import { C } from "@berkeley/sockets/ffi";
import { tcpAddrCodec } from "@berkeley/sockets/inet";
import { printable } from "../shared/printable.ts";

const clientMsg = "Hello server, would you like to chat?\n";

// requires a port number and IP to connect to
const [hostname, port, ...rest] = Deno.args;
if (hostname === undefined || port === undefined || rest.length > 0 || !/^\d+$/.test(port)) {
  console.log("[Usage]: chat_client.ts SERVER_IP PORT");
  Deno.exit(hostname === "-h" || hostname === "--help" ? 0 : 1);
}

try {
  // create socket
  using clientSocket = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });

  // open connection
  clientSocket.connect({ hostname, port: Number(port) });

  // send messages to server. Conversations are over clientSocket
  console.log(`CLIENT CONNECTED TO SERVER AT ${hostname}:${port}`);
  clientSocket.sendall(new TextEncoder().encode(clientMsg));
  const serverMsg = new Uint8Array(1024);
  const n = clientSocket.recv(serverMsg);
  console.log(`${hostname} said: ${printable(new TextDecoder().decode(serverMsg.subarray(0, n)).trimEnd())}`);
} catch (error) {
  console.error(`[Client error]: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
