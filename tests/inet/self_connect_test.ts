import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
import { namespacePair, NAMESPACES, setSysctl } from "../peers/network_namespace.ts";
import { assertEquals, assertRejects, test } from "../runner/mod.ts";

test("connect() to a port where nothing listens connects to nobody, not to itself", { needs: NAMESPACES }, async () => {
  await using pair = await namespacePair();
  const networkNamespace = pair.left.path;
  const port = 45_000;
  // The kernel has one port to connect from, the same.
  await setSysctl(pair.left.name, "net.ipv4.ip_local_port_range", `${port} ${port}`);
  for (const hostname of ["127.0.0.1", "::1", "10.9.0.1", "0.0.0.0"]) {
    const error = await assertRejects(() => TcpConn.connect({ hostname, port, networkNamespace }), Error);
    assertEquals([(error as Error & { code?: string }).code, error.message.includes("to itself")], [
      "ECONNREFUSED",
      true,
    ]);
  }
  // Its server can have the port at once.
  TcpListener.listen({ port, reuseAddress: false, networkNamespace }).close();
  // Who chooses the local port knows what it does.
  using conn = await TcpConn.connect({
    hostname: "127.0.0.1",
    port,
    localAddr: { hostname: "127.0.0.1", port },
    networkNamespace,
  });
  await conn.write(new Uint8Array([7]));
  assertEquals(await conn.read(new Uint8Array(8)), 1);
});
