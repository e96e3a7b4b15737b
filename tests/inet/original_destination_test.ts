import { IP6T_SO_ORIGINAL_DST, SO_ORIGINAL_DST, TcpConn, TcpListener } from "../../inet/mod.ts";
import { inNetworkNamespace } from "../../socket/mod.ts";
import { namespacePair, NAMESPACES } from "../peers/network_namespace.ts";
import { runProgram } from "../peers/run_program.ts";
import { assertEquals, test } from "../runner/mod.ts";

const CASES = [
  { family: "ip", option: SO_ORIGINAL_DST, host: "10.9.0.2", any: "0.0.0.0" },
  { family: "ip6", option: IP6T_SO_ORIGINAL_DST, host: "fd09::2", any: "::" },
] as const;

test("SO_ORIGINAL_DST tells what a redirected connection was meant for, over IPv4 and IPv6", {
  needs: [...NAMESPACES, "nft"],
}, async () => {
  await using pair = await namespacePair();
  const networkNamespace = pair.left.path;
  for (const { family, option, host, any } of CASES) {
    using listener = inNetworkNamespace(
      networkNamespace,
      () => TcpListener.listen({ hostname: any, port: 0, ...(any === "::" ? { ipv6Only: true } : {}) }),
    );
    const rule = `tcp dport 7777 redirect to :${listener.addr.port}`;
    const table = `table ${family} t { chain c { type nat hook output priority -100; ${rule}; }; }`;
    await runProgram("ip", ["netns", "exec", pair.left.name, "nft", table]);
    using _client = await TcpConn.connect({ hostname: host, port: 7777, networkNamespace, timeout: 10_000 });
    using server = await listener.accept({ timeout: 10_000 });
    const { hostname, port } = server.socket.get(option);
    assertEquals([hostname, port], [host, 7777]);
  }
});
