/** A blocking thread: it executes commands on given descriptors, one after the other. */
import { createHash } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { C } from "../../ffi/mod.ts";
import { tcpAddrCodec } from "../../inet/mod.ts";
import { BlockingSocket } from "../../socket/blocking/mod.ts";
import { SO_LINGER } from "../../socket/mod.ts";
import { noise } from "../conformance/stream/bytes.ts";
import type { Command } from "./threads.ts";

const sockets = new Map<number, BlockingSocket>();
const CHUNK = 1 << 18;

parentPort?.on("message", (command: Command) => {
  try {
    const value = run(command);
    parentPort?.postMessage({ value }, value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []);
  } catch (error) {
    parentPort?.postMessage({ error: `${error}`, code: (error as { code?: string }).code });
  }
});

function socketOf(fd: number): BlockingSocket {
  let socket = sockets.get(fd);
  if (socket === undefined) sockets.set(fd, socket = BlockingSocket.fromFd(fd));
  return socket;
}

function run(command: Command): unknown {
  switch (command.do) {
    case "accept": {
      const conn = socketOf(command.fd).accept();
      return conn.detach();
    }
    case "connect": {
      const socket = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
      socket.connect({ hostname: "127.0.0.1", port: command.port });
      return socket.detach();
    }
    case "recv": {
      const buffer = new Uint8Array(command.length);
      return buffer.slice(0, socketOf(command.fd).recv(buffer));
    }
    case "recvmsg": {
      const buffer = new Uint8Array(command.length);
      const { length, flags } = socketOf(command.fd).recvmsg({ buffers: [buffer] }, {
        flags: command.flags,
        timeout: command.timeout,
      });
      return { data: buffer.slice(0, length), truncated: (flags & C.MSG_TRUNC) !== 0 };
    }
    case "send":
      return socketOf(command.fd).send(command.data, { timeout: command.timeout });
    case "sendall":
      return socketOf(command.fd).sendall(command.data);
    case "sendBulk":
      return sendBulk(socketOf(command.fd), command.length);
    case "receiveBulk":
      return receiveBulk(socketOf(command.fd), command.length);
    case "shutdown":
      return socketOf(command.fd).shutdown(C.SHUT_WR);
    case "forget":
      return sockets.delete(command.fd);
    case "reset":
      socketOf(command.fd).set(SO_LINGER, 0);
      return close(command.fd);
    case "close":
      return close(command.fd);
    case "echo":
      return echo(socketOf(command.fd));
    case "bytes":
      return sendSlowly(socketOf(command.fd), command.count);
  }
}

function close(fd: number): void {
  socketOf(fd).close();
  sockets.delete(fd);
}

function sendBulk(socket: BlockingSocket, length: number): string {
  const hash = createHash("sha256");
  const block = noise(1_048_573, 3);
  for (let sent = 0; sent < length;) {
    const at = sent % block.length;
    const part = block.subarray(at, Math.min(block.length, at + CHUNK, at + length - sent));
    hash.update(part);
    socket.sendall(part);
    sent += part.length;
  }
  return hash.digest("hex");
}

function receiveBulk(socket: BlockingSocket, length: number): string {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK);
  for (let received = 0; received < length;) {
    const n = socket.recv(buffer.subarray(0, Math.min(CHUNK, length - received)));
    if (n === 0) throw new Error(`The stream ended after ${received} of ${length} bytes`);
    hash.update(buffer.subarray(0, n));
    received += n;
  }
  return hash.digest("hex");
}

/** Echoes each message until the connection ends; returns how many there were. */
function echo(socket: BlockingSocket): number {
  const buffer = new Uint8Array(1 << 17);
  for (let count = 0;; count++) {
    const { length } = socket.recvmsg({ buffers: [buffer] });
    if (length === 0) return count;
    socket.send(buffer.subarray(0, length));
  }
}

/** Sends bytes that count up, each a few microseconds after the one before. */
function sendSlowly(socket: BlockingSocket, count: number): void {
  for (let i = 0; i < count; i++) {
    const until = performance.now() + (i * 7919 % 40) / 1000;
    while (performance.now() < until);
    socket.send(Uint8Array.of(i));
  }
}
