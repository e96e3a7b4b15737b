import { MessageBatch } from "../../socket/mod.ts";
import { assert, assertEquals, assertRejects, ignore, test, type TestOptions } from "../runner/mod.ts";

/** A received message. */
export interface Message {
  data: Uint8Array;
  truncated: boolean;
}

/** One of two connected ends that keep the boundaries of messages. */
export interface MessageEnd extends Disposable {
  readonly socket: {
    getOption(level: number, name: number): number;
    setOption(level: number, name: number, value: number): void;
  };
  send(data: Uint8Array, options?: { timeout?: number; signal?: AbortSignal }): Promise<number>;
  receive(
    options?: { buffer?: Uint8Array; timeout?: number; signal?: AbortSignal; flags?: number },
  ): Promise<Message | null>;
  sendBatch(batch: MessageBatch): Promise<number>;
  receiveBatch(batch: MessageBatch): Promise<number | null>;
  close(): void;
}

/** What a type of socket does. */
export interface MessageCapabilities {
  /** The end of a connection is received as `null`. */
  hasEnd: boolean;
  /** Messages each way in the bulk test. */
  bulk: number;
  /** Length of the longest message that is tried, in bytes. Default: 100,000. */
  maxLength?: number;
  /** Whether the end of a connection travels over a link, so that it reaches the other end after `close()` returned. */
  travels?: boolean;
  /** What cannot be tested, with the reason. */
  lacks?: Partial<
    Record<
      "close" | "emptyBuffers" | "emptyMessages" | "gone" | "peek" | "sendBuffer" | "transfer" | "truncation",
      string
    >
  >;
  needs?: NonNullable<TestOptions["needs"]>;
}

const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const MSG_PEEK = 2;

/**
 * Registers the tests for every socket that carries messages reliably and in order, whatever the family and the type.
 */
export function messageSuite(
  name: string,
  pair: () => Promise<[MessageEnd, MessageEnd]>,
  { hasEnd, bulk, maxLength = 100_000, travels = false, lacks = {}, needs = [] }: MessageCapabilities,
): void {
  function suiteTest(
    title: string,
    fn: (left: MessageEnd, right: MessageEnd) => Promise<void>,
    requires?: keyof typeof lacks,
    timeout = 60_000,
  ): void {
    const lacking = requires === undefined ? undefined : lacks[requires];
    if (lacking !== undefined) return ignore(`${name}: ${title}`, lacking);
    test(`${name}: ${title}`, { needs, timeout }, async () => {
      const [left, right] = await pair();
      try {
        await fn(left, right);
      } finally {
        left.close();
        right.close();
      }
    });
  }

  suiteTest("message boundaries are kept, whatever the size", async (left, right) => {
    const sizes = [1, 0, 2, 4095, 0, 0, 4096, 4097, 65_000, 1, maxLength].filter((size) =>
      size <= maxLength && (size > 0 || lacks.emptyMessages === undefined)
    );
    const sending = (async () => {
      for (const [i, size] of sizes.entries()) assertEquals(await left.send(new Uint8Array(size).fill(i)), size);
    })();
    const buffer = new Uint8Array(1 << 17);
    for (const [i, size] of sizes.entries()) {
      const message = await right.receive({ buffer, timeout: 5000 });
      assertEquals(message?.data.length, size);
      assertEquals(message?.truncated, false);
      assert(message?.data.every((byte) => byte === i));
    }
    await sending;
  });

  suiteTest("a message received without a buffer is a copy", async (left, right) => {
    await left.send(Uint8Array.of(1));
    await left.send(Uint8Array.of(2));
    const first = await right.receive();
    const second = await right.receive();
    assertEquals([first?.data, second?.data], [Uint8Array.of(1), Uint8Array.of(2)]);
  });

  suiteTest("a message larger than the buffer is reported, and the next one is whole", async (left, right) => {
    await left.send(Uint8Array.of(1, 2, 3, 4));
    await left.send(Uint8Array.of(5));
    await left.send(Uint8Array.of(6));
    const buffer = new Uint8Array(3);
    assertEquals(told(await right.receive({ buffer })), { data: Uint8Array.of(1, 2, 3), truncated: true });
    assertEquals(told(await right.receive({ buffer })), { data: Uint8Array.of(5), truncated: false });
    if (lacks.emptyMessages !== undefined) return; // an empty part of a message would then look like the end
    assertEquals(told(await right.receive({ buffer: new Uint8Array(0) })), {
      data: new Uint8Array(0),
      truncated: true,
    });
  }, "truncation");

  suiteTest("a message as long as the buffer is not truncated", async (left, right) => {
    await left.send(Uint8Array.of(1, 2, 3));
    assertEquals(told(await right.receive({ buffer: new Uint8Array(3) })), {
      data: Uint8Array.of(1, 2, 3),
      truncated: false,
    });
  });

  suiteTest("MSG_PEEK leaves the message", async (left, right) => {
    await left.send(Uint8Array.of(7));
    for (const flags of [MSG_PEEK, MSG_PEEK, 0]) {
      assertEquals(told(await right.receive({ buffer: new Uint8Array(4), flags })), {
        data: Uint8Array.of(7),
        truncated: false,
      });
    }
  }, "peek");

  suiteTest("a transferred buffer is no longer written to", async (left, right) => {
    const buffer = new Uint8Array(4096);
    await left.send(Uint8Array.of(1));
    await right.receive({ buffer });
    const moved = structuredClone(buffer, { transfer: [buffer.buffer] });
    await left.send(Uint8Array.of(2));
    await assertRejects(() => right.receive({ buffer }), TypeError);
    assertEquals(moved[0], 1);
    const waited = new Uint8Array(8);
    assertEquals((await right.receive({ buffer: waited }))?.data, Uint8Array.of(2));
    const waiting = assertRejects(() => right.receive({ buffer: waited }));
    const kept = structuredClone(waited, { transfer: [waited.buffer] });
    await left.send(Uint8Array.of(3));
    await waiting;
    assertEquals(kept[0], 2);
    await left.send(Uint8Array.of(4));
  }, "transfer");

  suiteTest("a waiting receive() gets the message; concurrent ones in the order of the calls", async (left, right) => {
    const receives = [0, 1, 2].map(() => right.receive({ buffer: new Uint8Array(1) }));
    await pause(10);
    for (const i of [0, 1, 2]) await left.send(Uint8Array.of(i));
    assertEquals((await Promise.all(receives)).map((message) => message?.data[0]), [0, 1, 2]);
  });

  suiteTest("receive() keeps to its timeout and its signal, and loses nothing", async (left, right) => {
    await assertRejects(() => right.receive({ timeout: 10 }), Error, "in time");
    const reason = new Error("given up");
    const error = await assertRejects(() => right.receive({ signal: AbortSignal.abort(reason) }));
    assertEquals(error, reason);
    await left.send(Uint8Array.of(9));
    assertEquals((await right.receive())?.data, Uint8Array.of(9));
  });

  suiteTest("send() waits while the queue is full, and continues when there is room", async (left, right) => {
    left.socket.setOption(SOL_SOCKET, SO_SNDBUF, 4608);
    let sent = 0;
    const sending = (async () => {
      for (let i = 0; i < 500; i++, sent++) await left.send(new Uint8Array(500).fill(i));
    })();
    await pause(20);
    assert(sent < 500, "nothing was full");
    for (let i = 0; i < 500; i++) {
      const message = await right.receive({ buffer: new Uint8Array(600), timeout: 5000 });
      assertEquals([message?.data.length, message?.data[0]], [500, i & 0xff]);
    }
    await sending;
  }, "sendBuffer");

  suiteTest("a send() that its signal ends sends nothing", async (left, right) => {
    left.socket.setOption(SOL_SOCKET, SO_SNDBUF, 4608);
    let full = 0;
    for (;; full++) {
      const error = await left.send(new Uint8Array(2000), { timeout: 10 }).then(() => undefined, (e) => e);
      if (error !== undefined) break;
    }
    for (let i = 0; i < full; i++) {
      assertEquals((await right.receive({ buffer: new Uint8Array(2000) }))?.data.length, 2000);
    }
    await left.send(Uint8Array.of(1));
    assertEquals((await right.receive({ buffer: new Uint8Array(2000) }))?.data.length, 1);
  }, "sendBuffer");

  suiteTest("a message that can never fit is refused", async (left) => {
    left.socket.setOption(SOL_SOCKET, SO_SNDBUF, 4608);
    const size = left.socket.getOption(SOL_SOCKET, SO_SNDBUF);
    await assertRejects(() => left.send(new Uint8Array(size + 1)), Error, "EMSGSIZE");
  }, "sendBuffer");

  suiteTest("batches go both ways, and mix with single messages", async (left, right) => {
    const batch = new MessageBatch({ capacity: 8, size: 4 });
    const second = lacks.emptyMessages === undefined ? "" : "2nd";
    for (const text of ["a", second, "bcd"]) batch.push(new TextEncoder().encode(text));
    await left.sendBatch(batch);
    await left.send(new TextEncoder().encode("12345"));
    const texts: string[] = [];
    while (texts.length < 3) {
      const into = new MessageBatch({ capacity: 3 - texts.length, size: 4 });
      const n = await right.receiveBatch(into) ?? 0;
      assert(n > 0, "it ended");
      for (let i = 0; i < n; i++) texts.push(new TextDecoder().decode(into.data(i)));
    }
    assertEquals(texts, ["a", second, "bcd"]);
    assertEquals(told(await right.receive({ buffer: new Uint8Array(4) })), {
      data: new TextEncoder().encode("1234"),
      truncated: true,
    });
  });

  suiteTest(
    `${bulk} messages both ways at once arrive once, whole and in order`,
    async (left, right) => {
      await Promise.all([sendAll(left, bulk), sendAll(right, bulk), receiveAll(left, bulk), receiveAll(right, bulk)]);
    },
    undefined,
    240_000,
  );

  suiteTest("close() rejects pending operations, and later calls are refused", async (left) => {
    const waiting = assertRejects(() => left.receive());
    await pause(5);
    left.close();
    left.close();
    assertEquals((await waiting as { code?: string }).code, "EBADF");
    for (const use of [() => left.receive(), () => left.send(new Uint8Array(1))]) {
      assertEquals((await assertRejects(use) as { code?: string }).code, "EBADF");
    }
  }, "close");

  suiteTest("data that an end sent before it closed is received", async (left, right) => {
    for (let i = 0; i < 5; i++) await left.send(Uint8Array.of(i));
    left.close();
    for (let i = 0; i < 5; i++) {
      assertEquals((await right.receive({ buffer: new Uint8Array(1) }))?.data, Uint8Array.of(i));
    }
    if (hasEnd) assertEquals(await right.receive({ buffer: new Uint8Array(1) }), null);
  });

  suiteTest("send() to an end that is gone is an error", async (left, right) => {
    right.close();
    if (travels) assertEquals(await left.receive({ buffer: new Uint8Array(1) }), null);
    const error = await assertRejects(() => left.send(Uint8Array.of(1))) as { code?: string };
    const codes = ["EPIPE", "ECONNREFUSED", "ECONNRESET"];
    if (travels) codes.push("ENOTCONN"); // L2CAP, between the peer's request to disconnect and its completion
    assert(codes.includes(error.code ?? ""), `${error}`);
  }, "gone");

  if (!hasEnd) return;

  suiteTest("an empty message is distinguished from the end, even as the last one", async (left, right) => {
    await left.send(new Uint8Array(0));
    assertEquals((await right.receive({ buffer: new Uint8Array(8) }))?.data.length, 0);
    await left.send(new Uint8Array(0));
    await left.send(Uint8Array.of(1));
    await left.send(new Uint8Array(0));
    left.close();
    const lengths: (number | undefined)[] = [];
    for (let i = 0; i < 5; i++) lengths.push((await right.receive({ buffer: new Uint8Array(8) }))?.data.length);
    assertEquals(lengths, [0, 1, 0, undefined, undefined]);
  }, "emptyMessages");

  suiteTest("a batch distinguishes the end from an empty message, too", async (left, right) => {
    await left.send(new Uint8Array(0));
    await left.send(Uint8Array.of(1));
    await left.send(new Uint8Array(0));
    left.close();
    const batch = new MessageBatch({ capacity: 16, size: 4 });
    const lengths: number[] = [];
    for (let n = await right.receiveBatch(batch); n !== null; n = await right.receiveBatch(batch)) {
      for (let i = 0; i < n; i++) lengths.push(batch.data(i).length);
    }
    assertEquals(lengths, [0, 1, 0]);
    assertEquals(await right.receiveBatch(batch), null);
  }, "emptyMessages");

  suiteTest("the end answers every waiting receive()", async (left, right) => {
    const waiting = [right.receive(), right.receive({ buffer: new Uint8Array(8) })];
    if (lacks.emptyBuffers === undefined) waiting.push(right.receive({ buffer: new Uint8Array(0) }));
    await pause(10);
    left.close();
    for (const message of await Promise.all(waiting)) assertEquals(message, null);
    assertEquals(await right.receive(), null);
  });
}

async function sendAll(end: MessageEnd, count: number): Promise<void> {
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) {
    view.setUint32(0, i);
    await end.send(bytes.subarray(0, 4 + i % 61));
  }
}

async function receiveAll(end: MessageEnd, count: number): Promise<void> {
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) {
    const message = await end.receive({ buffer: bytes });
    if (message?.data.length === 4 + i % 61 && !message.truncated && view.getUint32(0) === i) continue;
    throw new Error(`Message ${i} has ${message?.data.length} bytes and the number ${view.getUint32(0)}`);
  }
}

/** Without the sender's address. */
function told(message: Message | null): Message | null {
  return message === null ? null : { data: message.data, truncated: message.truncated };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
