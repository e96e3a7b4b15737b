import { C, check, libc } from "../../ffi/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { poller } from "../../socket/polling/poller.ts";
import { assertEquals, test } from "../runner/mod.ts";

const EVENTS = C.EPOLLIN | C.EPOLLRDHUP | C.EPOLLET;

function pair(): [number, number] {
  const fds = new Int32Array(2);
  check(libc().socketpair(C.AF_UNIX, C.SOCK_STREAM | C.SOCK_NONBLOCK | C.SOCK_CLOEXEC, 0, fds), "socketpair");
  return [fds[0] ?? -1, fds[1] ?? -1];
}

function send(fd: number): void {
  check(libc().send(fd, new Uint8Array([1]), 1n, C.MSG_NOSIGNAL), "send");
}

function close(...fds: number[]): void {
  for (const fd of fds) check(libc().close(fd), "close");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function block(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

/** Records the events that it gets. */
class Spy {
  readonly events: number[] = [];

  ready(events: number): void {
    this.events.push(events);
  }
}

test("a late event for a closed descriptor does not reach the descriptor that got its number", async () => {
  const shared = poller();
  for (const reuse of [false, true]) {
    const [a, b] = pair();
    const first = new Spy();
    const second = new Spy();
    shared.retain(true);
    shared.add(a, EVENTS, first);
    await pause(30); // now the poller is parked
    send(b);
    block(30); // the parked call has taken the event, but this thread has not processed it yet
    let c = -1;
    if (reuse) {
      shared.remove(a);
      close(a);
      c = check(libc().fcntl(b, C.F_DUPFD_CLOEXEC, BigInt(a)), "fcntl");
      assertEquals(c, a);
      shared.add(c, EVENTS, second);
    }
    await pause(30);
    assertEquals(first.events, reuse ? [] : [C.EPOLLIN]);
    // The duplicate of b has no bytes; its only event is that its peer is closed.
    assertEquals(second.events.filter((events) => (events & C.EPOLLHUP) === 0), []);
    shared.remove(a);
    shared.release(true);
    close(a, b);
  }
});

test("a callback that stops watching another descriptor of the same batch prevents its event", async () => {
  const shared = poller();
  const [a, b] = pair();
  const [c, d] = pair();
  const spies = [new Spy(), new Spy()];
  const other = new Map([[a, c], [c, a]]);
  for (const [i, fd] of [a, c].entries()) {
    shared.add(fd, EVENTS, {
      ready(events) {
        spies[i]?.ready(events);
        shared.remove(other.get(fd) ?? -1);
      },
    });
  }
  shared.retain(true);
  send(b);
  send(d);
  await pause(30);
  assertEquals(spies.flatMap(({ events }) => events), [C.EPOLLIN]);
  shared.remove(spies[0]?.events.length === 1 ? a : c);
  shared.release(true);
  close(a, b, c, d);
});

test("more events than fit one call all arrive", async () => {
  const sockets = Array.from({ length: 400 }, () => Socket.pair(C.AF_UNIX, C.SOCK_STREAM));
  const reads = sockets.map(([left]) => left.read(new Uint8Array(4)));
  await pause(20);
  for (const [, right] of sockets) void right.write(new Uint8Array([1, 2, 3]));
  assertEquals([...new Set(await Promise.all(reads))], [3]);
  for (const socket of sockets.flat()) socket.close();
});
