import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { buffer, text } from "node:stream/consumers";

/** Connects to the server; what a client of it is. */
export type Dial = (options?: { allowHalfOpen?: boolean }) => Socket;
type Serve = (socket: Socket) => void;

/** What Node's sockets do: how the server serves, what the client does and tells, and what it must tell. */
export type Behaviour = [serve: Serve, tell: (dial: Dial) => unknown, expected: unknown];

/** Without pipe(), for whose first use Bun opens a pipe of its own, and keeps it. */
const echo: Serve = (socket) => {
  socket.on("data", (bytes) => void socket.write(bytes)).on("end", () => void socket.end());
};
const hello: Serve = (socket) => void socket.end("hello");
const silent: Serve = (socket) => void socket.resume();
const resets: Serve = (socket) => void socket.resetAndDestroy();
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const closed = (socket: Socket): Promise<boolean> => new Promise((resolve) => socket.once("close", resolve));
const connected = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once("connect", resolve));
const errorOf = (socket: Socket): Promise<{ code?: string }> => new Promise((resolve) => socket.once("error", resolve));

/** The events that it emits until it closes. */
async function eventsOf(socket: Socket, names = ["connect", "ready", "end", "finish", "error"]): Promise<string[]> {
  const events: string[] = [];
  for (const name of names) socket.on(name, () => events.push(name));
  await closed(socket);
  return [...events, "close"];
}

/** What a call throws. */
function thrown(call: () => void): string | undefined {
  try {
    call();
  } catch (error) {
    return error instanceof RangeError ? "RangeError" : error instanceof TypeError ? "TypeError" : "another";
  }
  return undefined;
}

/** The behaviours, by what a test is called. */
export const BEHAVIOURS: Record<string, Behaviour> = {
  "events of a connection that the peer ends come in order": [
    hello,
    (dial) => eventsOf(dial().resume()),
    ["connect", "ready", "end", "finish", "close"],
  ],
  "close tells of no error": [hello, (dial) => closed(dial().resume()), false],
  "close tells that there was an error": [resets, async (dial) => {
    const socket = dial().resume();
    const [{ code }, hadError] = await Promise.all([errorOf(socket), closed(socket)]);
    return [code, hadError];
  }, ["ECONNRESET", true]],
  "connecting, pending and readyState before and after": [silent, async (dial) => {
    const socket = dial();
    const before = [socket.connecting, socket.pending, socket.readyState];
    await connected(socket);
    const after = [socket.connecting, socket.pending, socket.readyState];
    socket.destroy();
    return [before, after, [socket.connecting, socket.destroyed, socket.readyState]];
  }, [[true, true, "opening"], [false, false, "open"], [false, true, "closed"]]],
  "no address before the connection, both after": [silent, async (dial) => {
    const socket = dial();
    const before = [socket.remoteAddress, socket.remotePort, socket.localAddress, socket.localPort];
    await connected(socket);
    const after = [socket.remoteAddress, socket.remoteFamily, socket.localAddress, socket.localFamily];
    socket.destroy();
    return [before, after];
  }, [[undefined, undefined, undefined, undefined], ["127.0.0.1", "IPv4", "127.0.0.1", "IPv4"]]],
  "methods are chained": [silent, (dial) => {
    const socket = dial();
    const made = [
      ...[socket.ref(), socket.unref(), socket.setNoDelay(), socket.setKeepAlive(true, 1000), socket.setTimeout(0)],
      ...[socket.pause(), socket.resume(), socket.setEncoding("utf8"), socket.end(), socket.destroy()],
    ];
    return made.every((each) => each === socket);
  }, true],
  "destroyed at once: no connect, only close": [silent, (dial) => eventsOf(dial().destroy()), ["close"]],
  "destroyed twice: one close": [silent, async (dial) => {
    const socket = dial();
    let times = 0;
    socket.on("close", () => times++);
    await connected(socket);
    socket.destroy();
    socket.destroy();
    await wait(50);
    return times;
  }, 1],
  "destroyed with two errors: the first is emitted": [silent, async (dial) => {
    const socket = dial();
    const errors: string[] = [];
    socket.on("error", ({ message }) => errors.push(message));
    await connected(socket);
    socket.destroy(new Error("first")).destroy(new Error("second"));
    await closed(socket);
    return errors;
  }, ["first"]],
  "after close nothing throws": [hello, async (dial) => {
    const socket = dial().resume();
    await closed(socket);
    socket.setNoDelay().setKeepAlive(true).setTimeout(10).ref().unref().pause().resume();
    socket.address(); // a NodeStream still knows it; Node's socket only if somebody asked before
    return [socket.destroyed, socket.readyState];
  }, [true, "closed"]],
  "bytesRead counts, also after close": [(socket) => void socket.end("x".repeat(5000)), async (dial) => {
    const socket = dial().resume();
    await closed(socket);
    return socket.bytesRead;
  }, 5000],
  "bytesWritten counts what waits for the connection, in bytes": [silent, (dial) => {
    const socket = dial();
    socket.write("äö");
    socket.write("ff00", "hex");
    socket.write(Buffer.alloc(7));
    const { bytesWritten } = socket;
    socket.destroy();
    return bytesWritten;
  }, 13],
  "bytesWritten counts what was corked": [echo, async (dial) => {
    const socket = dial();
    await connected(socket);
    socket.cork();
    for (const part of ["a", "bc", "def"]) socket.write(part);
    const corked = socket.bytesWritten;
    socket.uncork();
    socket.end();
    return [corked, await text(socket), socket.bytesWritten];
  }, [6, "abcdef", 6]],
  "writes before the connection arrive in order, with their callbacks": [echo, async (dial) => {
    const socket = dial();
    const order: string[] = [];
    socket.write("first ", () => order.push("first"));
    socket.once("connect", () => socket.end("third", () => order.push("third")));
    socket.write("second ", () => order.push("second"));
    return [await text(socket), order];
  }, ["first second third", ["first", "second", "third"]]],
  "ended before the connection": [echo, async (dial) => await text(dial().end("at once")), "at once"],
  "end() takes data, an encoding and a callback": [echo, async (dial) => {
    const results: unknown[] = [];
    for (const args of [[], ["a"], ["62", "hex"]] as [string, "hex"][]) {
      const socket = dial();
      let called = 0;
      socket.end(...args, () => called++);
      results.push([await text(socket), called]);
    }
    return results;
  }, [["", 1], ["a", 1], ["b", 1]]],
  "a write after end() is an error": [silent, async (dial) => {
    const socket = dial();
    await connected(socket);
    socket.end();
    socket.write("late");
    return (await errorOf(socket)).code;
  }, "ERR_STREAM_WRITE_AFTER_END"],
  "a write after destroy() tells its callback alone": [silent, async (dial) => {
    const socket = dial();
    await connected(socket);
    let errors = 0;
    socket.on("error", () => errors++);
    socket.destroy();
    const error = await new Promise<Error | null | undefined>((resolve) => socket.write("late", resolve));
    await wait(10);
    return [(error as { code?: string }).code, errors];
  }, ["ERR_STREAM_DESTROYED", 0]],
  "destroyed while it writes: only the write's callback gets an error": [
    (socket) => void socket.pause(),
    async (dial) => {
      const socket = dial();
      await connected(socket);
      let errors = 0;
      socket.on("error", () => errors++);
      const result = new Promise<Error | null | undefined>((resolve) => socket.write(Buffer.alloc(64 << 20), resolve));
      await wait(50);
      socket.destroy();
      const [hadError, error] = await Promise.all([closed(socket), result]);
      return [(error as { code?: string }).code, errors, hadError];
    },
    ["ECANCELED", 0, false],
  ],
  "destroyed before the connection: a write's callback gets the error": [silent, async (dial) => {
    const socket = dial();
    const result = new Promise<Error | null | undefined>((resolve) => socket.write("never", resolve));
    socket.destroy();
    return (await result) instanceof Error;
  }, true],
  "write() refuses what is no data": [silent, (dial) => {
    const socket = dial();
    const results = [null, 1, true, {}].map((chunk) => thrown(() => socket.write(chunk as unknown as string)));
    socket.destroy();
    return results;
  }, ["TypeError", "TypeError", "TypeError", "TypeError"]],
  "writable and readable while it ends": [echo, async (dial) => {
    const socket = dial();
    await connected(socket);
    const before = [socket.writable, socket.readable];
    socket.end();
    const ended = [socket.writable, socket.readable];
    await closed(socket.resume());
    return [before, ended, [socket.writable, socket.readable]];
  }, [[true, true], [false, true], [false, false]]],
  "the peer's end ends this side": [hello, async (dial) => {
    const socket = dial().resume();
    await closed(socket);
    return socket.writableFinished;
  }, true],
  "allowHalfOpen leaves this side open": [
    (socket) => void socket.end("hello").on("data", (bytes) => socket.emit("heard", bytes)),
    async (dial) => {
      const socket = dial({ allowHalfOpen: true }).resume();
      await new Promise((resolve) => socket.once("end", resolve));
      await wait(20);
      const open = socket.writable;
      socket.end("afterwards");
      return [open, await closed(socket)];
    },
    [true, false],
  ],
  "a write in the handler of end is sent": [
    (socket) => void socket.end("hello"),
    (dial) => {
      const socket = dial().resume();
      return new Promise((resolve) => socket.once("end", () => socket.write("bye", (error) => resolve(error ?? null))));
    },
    null,
  ],
  "pause() and resume() before the connection": [hello, async (dial) => {
    const [paused, both] = [dial(), dial()];
    let heard = 0;
    paused.pause().on("data", () => heard++);
    both.pause().on("data", () => heard += 10).resume();
    await closed(both);
    await wait(50);
    const meanwhile = heard;
    paused.resume();
    await closed(paused);
    return [meanwhile, heard];
  }, [10, 11]],
  "setEncoding() gives text, also of split characters": [
    (socket) => {
      const bytes = Buffer.from("äöü");
      socket.write(bytes.subarray(0, 3));
      setTimeout(() => socket.end(bytes.subarray(3)), 20);
    },
    async (dial) => {
      let all = "";
      const socket = dial().setEncoding("utf8").on("data", (chunk) => all += chunk);
      await closed(socket);
      return all;
    },
    "äöü",
  ],
  "latin1 there and back": [echo, async (dial) => {
    const every = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));
    const back = await buffer(dial().end(every, "latin1"));
    return back.toString("latin1") === every;
  }, true],
  "a long string there and back": [echo, async (dial) => {
    const long = "täxt".repeat(300_000);
    return await text(dial().end(long)) === long;
  }, true],
  "write() is false over the mark, and drain follows": [echo, async (dial) => {
    const socket = dial().resume();
    const under = socket.write("x");
    const over = socket.write(Buffer.alloc(1 << 20));
    await new Promise((resolve) => socket.once("drain", resolve));
    socket.end();
    await closed(socket);
    return [under, over, socket.bytesRead];
  }, [true, false, (1 << 20) + 1]],
  "a slow reader loses nothing": [(socket) => void socket.end(Buffer.alloc(3 << 20)), async (dial) => {
    const socket = dial();
    let size = 0;
    socket.on("data", ({ length }) => {
      size += length;
      socket.pause();
      setTimeout(() => socket.resume(), 1);
    });
    await closed(socket);
    return size;
  }, 3 << 20],
  "timeout comes once, and leaves the connection open": [silent, async (dial) => {
    const socket = dial();
    let times = 0;
    socket.setTimeout(40, () => times += 10).on("timeout", () => times++);
    await wait(400);
    const { destroyed } = socket;
    socket.destroy();
    return [times, destroyed, socket.timeout];
  }, [11, false, 40]],
  "setTimeout(0) turns it off, and removes the callback": [silent, async (dial) => {
    const socket = dial();
    let times = 0;
    const callback = (): number => times++;
    socket.setTimeout(40, callback).setTimeout(0, callback);
    await wait(120);
    const listeners = socket.listenerCount("timeout");
    socket.destroy();
    return [times, listeners];
  }, [0, 0]],
  "setTimeout() refuses what is no time, or no function": [silent, (dial) => {
    const socket = dial();
    const results = [NaN, Infinity, -1].map((time) => thrown(() => socket.setTimeout(time)));
    results.push(thrown(() => socket.setTimeout(1, "no" as unknown as () => void)));
    socket.destroy();
    return results;
  }, ["RangeError", "RangeError", "RangeError", "TypeError"]],
  "destroySoon() sends what was written": [echo, async (dial) => {
    const socket = dial();
    await connected(socket);
    socket.write(Buffer.alloc(1 << 20));
    socket.destroySoon();
    await closed(socket);
    return [socket.bytesWritten, socket.destroyed];
  }, [1 << 20, true]],
  "resetAndDestroy() closes without an error, also twice, and before the connection": [silent, async (dial) => {
    const [early, late] = [dial(), dial()];
    early.resetAndDestroy();
    await Promise.all([closed(early), connected(late)]);
    late.resetAndDestroy();
    late.resetAndDestroy();
    return await closed(late);
  }, false],
  "no own listener of end stays": [silent, async (dial) => {
    const socket = dial({ allowHalfOpen: true });
    await connected(socket);
    const count = socket.listenerCount("end");
    socket.destroy();
    return count <= 1;
  }, true],
};
