import { C } from "../../ffi/mod.ts";
import { poll, Socket } from "../../socket/mod.ts";
import { assertEquals, assertRejects, test } from "../runner/mod.ts";

test("poll() ends when a socket is closed or detached meanwhile", async () => {
  for (const end of [(socket: Socket) => socket.close(), (socket: Socket) => Socket.fromFd(socket.detach()).close()]) {
    const sockets = [Socket.open(C.AF_INET, C.SOCK_DGRAM), Socket.open(C.AF_INET, C.SOCK_DGRAM)];
    const polled = poll(sockets.map((socket) => ({ socket })));
    for (const socket of sockets) end(socket);
    const error = await assertRejects(() => polled) as Error & { code: string };
    assertEquals([error.code, error.message], ["EBADF", "Cannot poll: a socket is closed"]);
  }
});
