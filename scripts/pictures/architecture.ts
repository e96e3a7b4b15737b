import { Picture } from "./picture.ts";

const FAMILIES = [
  ["inet", "TCP, UDP, raw"],
  ["unix", "all three types"],
  ["smc", "shared memory"],
  ["netlink", "ip and ss"],
  ["packet", "frames"],
  ["vsock", "host and guest"],
  ["can", "vehicles"],
  ["sctp", "many streams"],
  ["tipc", "clusters"],
  ["bluetooth", "HCI, L2CAP"],
  ["alg", "cryptography"],
  ["tun", "interfaces"],
] as const;
const RUNTIMES = [["Deno", "Deno.dlopen"], ["Node", "node:ffi"], ["older Node", "koffi"], ["Bun", "bun:ffi"]] as const;

/** The layers of the library. */
export function architecture(): string {
  const picture = new Picture(860, 558);
  picture.box(24, 24, 812, 44, "plain");
  picture.text(44, 51, "your program", "bold");
  picture.text(816, 51, "const n = await conn.read(buffer, { timeout: 1000 })", "code", "end");

  picture.arrow([[300, 68], [300, 96]]);
  picture.arrow([[736, 68], [736, 96]]);
  picture.box(24, 96, 600, 214, "blue", 10);
  picture.text(44, 122, "the families", "bold");
  picture.text(604, 122, "addresses as values, typed options", "soft small", "end");
  FAMILIES.forEach(([name, what], i) => {
    const [x, y] = [40 + i % 4 * 143, 138 + Math.floor(i / 4) * 56];
    picture.label(x, y, 135, 46, "card", [name, what], "code");
  });
  picture.box(640, 96, 196, 214, "green", 10);
  picture.text(660, 122, "over any connection", "bold");
  [["rpc", "calls with JSON"], ["dictionary", "values by name"], ["node", "HTTP, TLS, streams"]].forEach((lines, i) =>
    picture.label(656, 138 + i * 56, 164, 46, "card", lines, "code")
  );
  picture.arrow([[640, 203], [624, 203]]);

  picture.arrow([[300, 310], [300, 338]]);
  picture.box(24, 338, 812, 62, "blue", 10);
  picture.text(44, 364, "socket", "code bold");
  picture.text(44, 385, "one owned descriptor, closed exactly once", "soft small");
  picture.text(816, 364, "try, wait, wake", "bold", "end");
  picture.text(816, 385, "time-outs, signals, queues, typed options of every family", "soft small", "end");

  picture.arrow([[430, 400], [430, 428]]);
  picture.box(24, 428, 812, 62, "blue", 10);
  picture.text(44, 454, "ffi", "code bold");
  picture.text(44, 475, "libc by its C names, errno", "soft small");
  RUNTIMES.forEach(([name, ffi], i) => {
    picture.label(264 + i * 141, 436, 133, 46, "card", [name, ffi]);
  });

  picture.arrow([[430, 490], [430, 512]]);
  picture.text(430, 534, "libc and the Linux kernel", "bold", "middle");
  return picture.toString(
    "The layers of @berkeley/sockets",
    "Your program uses the families (inet, unix, smc, netlink, packet, vsock, can, sctp, tipc, bluetooth, alg, tun), and rpc, " +
      "dictionary and node over any connection. All families share the module socket, which owns a descriptor and waits. It " +
      "calls libc through the module ffi, which has a backend for Deno, Node's own FFI, koffi and Bun. Below is the kernel.",
  );
}
