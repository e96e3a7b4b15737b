import { BACKGROUND_SYMBOLS } from "../../ffi/linux/symbols.ts";
import {
  background,
  C,
  check,
  copyMemory,
  ForeignMemory,
  layout,
  libc,
  lookupAddrinfo,
  type Signature,
} from "../../ffi/mod.ts";
import { assert, assertEquals, test } from "../runner/mod.ts";

const EVENT = layout.epollEventSize;

async function withEpoll(run: (epfd: number, eventfd: number) => Promise<void>): Promise<void> {
  const epfd = check(libc().epoll_create1(C.EPOLL_CLOEXEC), "epoll_create1");
  const eventfd = check(libc().eventfd(0, C.EFD_CLOEXEC | C.EFD_NONBLOCK), "eventfd");
  const event = new Int32Array(EVENT / 4);
  event[0] = C.EPOLLIN | C.EPOLLET;
  check(libc().epoll_ctl(epfd, C.EPOLL_CTL_ADD, eventfd, event), "epoll_ctl");
  try {
    await run(epfd, eventfd);
  } finally {
    check(libc().close(eventfd), "close");
    check(libc().close(epfd), "close");
  }
}

function signal(eventfd: number): void {
  check(libc().write(eventfd, new BigUint64Array([1n]), 8n), "write");
}

test("epoll_wait() in the background gives the events that come while it waits", () =>
  withEpoll(async (epfd, eventfd) => {
    using memory = new ForeignMemory();
    const [events, first] = [memory.allocate(EVENT * 4), new Uint8Array(EVENT)];
    for (let i = 0; i < 20; i++) {
      const begin = performance.now();
      const waiting = background().epoll_wait(epfd, events, 4, -1);
      setTimeout(() => signal(eventfd), i % 3);
      assertEquals(await waiting, 1);
      copyMemory(first, events);
      assertEquals(first[0], C.EPOLLIN);
      assert(performance.now() - begin < 1000);
    }
  }));

test("epoll_wait() in the background gives events that were there before it", () =>
  withEpoll(async (epfd, eventfd) => {
    using memory = new ForeignMemory();
    signal(eventfd);
    assertEquals(await background().epoll_wait(epfd, memory.allocate(EVENT), 1, -1), 1);
  }));

test("epoll_wait() in the background gives 0 after its timeout", () =>
  withEpoll(async (epfd) => {
    using memory = new ForeignMemory();
    const begin = performance.now();
    assertEquals(await background().epoll_wait(epfd, memory.allocate(EVENT), 1, 30), 0);
    const took = performance.now() - begin;
    assert(took >= 28 && took < 5000, `took ${took} ms`);
  }));

test("no background function gets JavaScript memory, since that of a terminated Worker is freed", () => {
  const parameters = Object.values<Signature>(BACKGROUND_SYMBOLS).flatMap(({ parameters }) => parameters);
  assertEquals(parameters.filter((type) => type === "buffer"), []);
  assert(parameters.includes("address"));
});

test("the event loop turns while epoll_wait() waits in the background", () =>
  withEpoll(async (epfd) => {
    using memory = new ForeignMemory();
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    await background().epoll_wait(epfd, memory.allocate(EVENT), 1, 200);
    clearInterval(timer);
    assert(turns >= 10, `${turns} turns`);
  }));

test("lookupAddrinfo() answers many at once", async () => {
  const all = await Promise.all(
    Array.from(
      { length: 10 },
      (_, i) => lookupAddrinfo("127.0.0.1", String(1000 + i), { flags: C.AI_NUMERICHOST, type: C.SOCK_STREAM }),
    ),
  );
  for (const [i, answers] of all.entries()) {
    assert(typeof answers !== "number" && answers.length === 1);
    const bytes = answers[0]?.sockaddr ?? new Uint8Array(0);
    assertEquals(new DataView(bytes.buffer).getUint16(2), 1000 + i);
  }
});

test("lookupAddrinfo() returns libc's error number", async () => {
  assertEquals(await lookupAddrinfo("not a number", null, { flags: C.AI_NUMERICHOST }), C.EAI_NONAME);
});
