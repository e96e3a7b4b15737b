/** The course's server, call by call: socket, setsockopt, bind, listen, accept, recv, send, close. */
import { BlockingSocket } from "@berkeley/sockets/blocking";
import { C } from "@berkeley/sockets/ffi";
import { tcpAddrCodec } from "@berkeley/sockets/inet";
import { SO_REUSEADDR } from "@berkeley/sockets/socket";
import { printable } from "../shared/printable.ts";

/** Milliseconds for which one client may block all others. */
const PATIENCE = 10_000;

const serverMsg = "I'm a grumpy server, don't connect, I don't want no friends!\n";

// requires a port number to listen on
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

try {
  // create server address: bind to any IP of the machine
  const serverAddr = { hostname: "0.0.0.0", port: Number(port) };

  // open socket
  using serverSocket = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });

  // allow reusable port after termination of server
  serverSocket.set(SO_REUSEADDR, true);

  // bind socket to any address on the machine and port
  serverSocket.bind(serverAddr);

  // listen on the socket for up to 5 connections
  serverSocket.listen(5);

  // accept connections forever
  const { hostname, port: bound } = serverSocket.localAddr;
  console.log(`SERVER AT ${hostname}:${bound} LISTENING FOR CONNECTIONS`);
  const clientMsg = new Uint8Array(1024);
  for (;;) {
    using clientSocket = serverSocket.accept();
    const { hostname, port } = clientSocket.remoteAddr;
    try {
      // process requests, well not really.
      console.log(`RECEIVED CONNECTION FROM ${hostname}:${port}`);
      clientSocket.timeout = PATIENCE;
      const n = clientSocket.recv(clientMsg);
      console.log(`${hostname} said: ${printable(new TextDecoder().decode(clientMsg.subarray(0, n)).trimEnd())}`);
      clientSocket.sendall(new TextEncoder().encode(serverMsg));
    } catch (error) {
      tell(error); // this client's connection broke; the next one is welcome, or rather not
    }
  }
} catch (error) {
  tell(error);
  Deno.exit(1);
}

function tell(error: unknown): void {
  console.error(`[Server error]: ${error instanceof Error ? error.message : error}`);
}
