import { TcpListener } from "../../inet/mod.ts";

/**
 * A TCP port of 127.0.0.1, for programs that cannot tell which port they were given. It lies below those that the
 * kernel gives by itself (`ip_local_port_range`), so that no other socket gets it before the program binds it.
 */
export function freePort(): number {
  for (let round = 0; round < 100; round++) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    try {
      TcpListener.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if ((error as { code?: string }).code !== "EADDRINUSE") throw error;
    }
  }
  throw new Error("Cannot find a free port: 100 are in use");
}
