import { assert, assertEquals, type Permission, spawnScript, test } from "../runner/mod.ts";

const needs: Permission[] = ["run", "read", "env"];
const INET = new URL("../../inet/mod.ts", import.meta.url);

const PROGRAM = `
import { TcpConn, TcpListener } from "${INET}";
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
const client = await TcpConn.connect(listener.addr);
const server = await listener.accept();
const bytes = new Uint8Array(4 << 20).map((_, i) => i * 7);
const sent = client.write(bytes);
const got = new Uint8Array(bytes.length);
for (let at = 0; at < got.length;) at += await server.read(got.subarray(at)) ?? 1e9;
console.log(await sent, got.every((byte, i) => byte === bytes[i]));
client.close();
console.log(await server.read(got));
server.close();
listener.close();
`;

// strace does to every third call what a signal does occasionally: the call is not made, and errno is set.
const CALLS: [call: string, when: string][] = [
  ["recvfrom", "1+3"],
  ["sendto", "1+3"],
  ["recvfrom,sendto", "1+2"],
];
for (const [calls, when] of CALLS) {
  const name = `a stream loses nothing when ${calls.replace(",", " and ")} answer EINTR`;
  test(name, { needs: [...needs, "strace"] }, async () => {
    const inject = `inject=${calls}:error=EINTR:when=${when}`;
    await using program = spawnScript(PROGRAM, ["strace", "-f", "-e", `trace=${calls}`, "-e", inject]);
    const late = setTimeout(() => program.kill(), 30_000);
    const { code, stdout, stderr } = await program.exit;
    clearTimeout(late);
    assertEquals([code, stdout], [0, `${4 << 20} true\nnull\n`], stderr.slice(-2000));
    assert((stderr.match(/\(INJECTED\)/g)?.length ?? 0) > 0, stderr.slice(-2000));
  });
}
