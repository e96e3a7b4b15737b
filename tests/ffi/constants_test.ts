import { existsSync } from "node:fs";
import { CONSTANTS_LINUX } from "../../ffi/linux/constants.ts";
import { C, type ConstantName } from "../../ffi/mod.ts";
import { assert, assertEquals, test } from "../runner/mod.ts";
import { judge, testWithCompilers } from "./c_asserts.ts";

const GLIBC = [
  "sys/types.h",
  "sys/socket.h",
  "sys/un.h",
  "netinet/in.h",
  "netinet/ip.h",
  "netinet/tcp.h",
  "netinet/udp.h",
  "netinet/icmp6.h",
  "netinet/ip_icmp.h",
  "netdb.h",
  "net/if.h",
  "net/ethernet.h",
  "sys/ioctl.h",
  "fcntl.h",
  "sched.h",
  "sys/stat.h",
  "poll.h",
  "sys/epoll.h",
  "sys/eventfd.h",
  "errno.h",
];
/** glibc lacks these, the kernel has them; its headers conflict with some of the above. */
const KERNEL = [
  "sys/socket.h",
  "sys/ioctl.h",
  "linux/in.h",
  "linux/in6.h",
  "linux/tcp.h",
  "linux/udp.h",
  "linux/mptcp.h",
  "linux/icmp.h",
  "linux/errqueue.h",
  "linux/net_tstamp.h",
  "linux/if_packet.h",
  "linux/if_ether.h",
  "linux/sockios.h",
  "linux/smc.h",
  "linux/netfilter_ipv4.h",
  "linux/netfilter_ipv6/ip6_tables.h",
];
/** Headers of the families, and those that conflict with them. */
const FAMILIES = [
  "stdint.h",
  "sys/socket.h",
  "sys/ioctl.h",
  "sys/mman.h",
  "fcntl.h",
  "linux/if.h",
  "linux/vm_sockets.h",
  "linux/can/raw.h",
  "linux/can/bcm.h",
  "linux/can/isotp.h",
  "linux/can/j1939.h",
  "linux/tipc.h",
  "linux/if_alg.h",
  "linux/sctp.h",
  "linux/if_tun.h",
  "linux/if_packet.h",
  "linux/sockios.h",
];
/** From BlueZ: the kernel exports no header for Bluetooth. */
const BLUETOOTH = ["sys/ioctl.h", "bluetooth/bluetooth.h", "bluetooth/hci.h"];
const IS_BLUETOOTH = /^(BT|HCI|BTPROTO|SOL_(HCI|L2CAP|SCO|RFCOMM|BLUETOOTH)$)/;
/** Names that the headers may lack, with the reason; if they have one, its value is still checked. */
const MAY_LACK: Partial<Record<ConstantName, string>> = {
  IPPROTO_SMC: "<linux/in.h> since Linux 6.11",
  IP_LOCAL_PORT_RANGE: "<linux/in.h> since Linux 6.3",
  SO_PASSPIDFD: "<asm-generic/socket.h> since Linux 6.5",
  SO_PEERPIDFD: "<asm-generic/socket.h> since Linux 6.5",
  SCM_PIDFD: "the kernel's own <linux/socket.h>",
  SCM_SECURITY: "the kernel's own <linux/socket.h>",
  SOL_ALG: "the kernel's own <linux/socket.h>",
  SOL_SCTP: "the kernel's own <linux/socket.h>",
  SOL_SMC: "the kernel's own <linux/socket.h>",
  SOL_TIPC: "the kernel's own <linux/socket.h>",
  SOL_UDPLITE: "the kernel's own <linux/socket.h>",
  UDPLITE_RECV_CSCOV: "the kernel's own <net/udplite.h>; udplite(7)",
  UDPLITE_SEND_CSCOV: "the kernel's own <net/udplite.h>; udplite(7)",
};

testWithCompilers("every constant has the value that the C headers give it", async (compiler) => {
  const table = Object.entries(CONSTANTS_LINUX);
  assert(table.length > 100);
  const asserts = new Map(table.map(([name, value]) => [name, `(${name}) == (${value}LL)`]));
  const glibc = await judge(compiler, GLIBC, asserts);
  assertEquals(glibc.wrong, []);
  let unknown = glibc.unknown;
  const hasBlueZ = existsSync("/usr/include/bluetooth/hci.h");
  for (const headers of [KERNEL, FAMILIES, ...(hasBlueZ ? [BLUETOOTH] : [])]) {
    const verdict = await judge(compiler, headers, new Map(unknown.map((name) => [name, asserts.get(name) ?? ""])));
    assertEquals(verdict.wrong, []);
    unknown = verdict.unknown;
  }
  const nowhere = unknown.filter((name) => !(name in MAY_LACK) && (hasBlueZ || !IS_BLUETOOTH.test(name)));
  if (nowhere.length > 0) throw new Error(`No header of this machine defines ${nowhere.join(", ")}`);
});

testWithCompilers("the check finds a wrong value, and a name that no header has", async (compiler) => {
  const asserts = new Map([["AF_INET", "AF_INET == 3"], ["SOCK_RAW", "SOCK_RAW == 3"], ["AF_NONE", "AF_NONE == 1"]]);
  assertEquals(await judge(compiler, GLIBC, asserts), { wrong: ["AF_INET"], unknown: ["AF_NONE"] });
});

test("C has the constants of this platform", () => {
  const name: ConstantName = "AF_SMC";
  assertEquals(C[name], 43);
  // @ts-expect-error: a name that the table lacks does not compile
  assertEquals(C.AF_NONSENSE, undefined);
});
