import { C, libc, outcome } from "../../ffi/mod.ts";
import { Operation, Socket } from "../../socket/mod.ts";
import { assertEquals, assertRejects, test } from "../runner/mod.ts";

/** Takes one byte; counts its tries. */
class TakeByte extends Operation<number> {
  readonly syscall = "recv";
  readonly #socket: Socket;
  readonly #byte = new Uint8Array(1);
  tries = 0;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
  }

  attempt(): number | undefined {
    this.tries++;
    const n = outcome(libc().recv(this.#socket.fd, this.#byte, 1n, 0));
    return n === 1 ? this.#byte[0] : undefined;
  }
}

/** Would block at first, then closes its socket. */
class CloseOwn extends Operation<number> {
  readonly syscall = "recv";
  readonly #socket: Socket;
  #tries = 0;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
  }

  attempt(): number | undefined {
    if (this.#tries++ === 0) return undefined;
    this.#socket.close();
    return 1;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

test("run() of an operation that closes the socket while it is tried harms no other wait", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const [other, far] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const reading = other.read(new Uint8Array(8));
  const closing = assertRejects(() => left.run("read", new CloseOwn(left)), Error, "the socket was closed");
  await pause(20);
  await right.write(new Uint8Array(1));
  await closing;
  await far.write(new Uint8Array(2));
  assertEquals(await reading, 2);
  for (const socket of [right, other, far]) socket.close();
});

test("run() of an operation that has run before runs only that one", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const [first, second] = [new TakeByte(left), new TakeByte(left)];
  const both = [left.run("read", first), left.run("read", second)];
  await right.write(new Uint8Array([1, 2]));
  assertEquals(await Promise.all(both), [1, 2]);
  const { tries } = second;
  const again = left.run("read", first);
  await pause(20);
  await right.write(new Uint8Array([3, 4]));
  assertEquals(await again, 3);
  assertEquals(second.tries, tries);
  assertEquals(await left.read(new Uint8Array(8), { timeout: 2000 }), 1);
  left.close();
  right.close();
});
