import { createServer } from "node:net";

/**
 * A TCP port of 127.0.0.1, for programs that cannot tell which port they were given. It lies below those that the
 * kernel gives by itself (`ip_local_port_range`), so that no other socket gets it before the program binds it.
 */
export async function freePort(): Promise<number> {
  for (let round = 0; round < 100; round++) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    if (await isFree(port)) return port;
  }
  throw new Error("Cannot find a free port: 100 are in use");
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
