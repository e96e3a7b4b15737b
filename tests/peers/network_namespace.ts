import { runProgram } from "./run_program.ts";

/** Two network namespaces with a link between them, of the interfaces `left` and `right`. */
export interface NamespacePair extends AsyncDisposable {
  /** One: its name, its path, and its addresses 10.9.0.1 and fd09::1. */
  left: { name: string; path: string };
  /** The other: 10.9.0.2 and fd09::2. */
  right: { name: string; path: string };
}

/** What a test that makes network namespaces needs. */
export const NAMESPACES = ["ip", "CAP_NET_ADMIN", "CAP_SYS_ADMIN"] as const;

let made = 0;

/**
 * Makes both, and removes them at the end of an `await using` block. The test needs {@linkcode NAMESPACES}.
 */
export async function namespacePair(): Promise<NamespacePair> {
  const names = ["a", "b"].map((end) => `bs-${process.pid}-${made}${end}`);
  made++;
  const [left = "", right = ""] = names;
  const pair = {
    left: { name: left, path: `/run/netns/${left}` },
    right: { name: right, path: `/run/netns/${right}` },
    async [Symbol.asyncDispose]() {
      for (const name of names) await runProgram("ip", ["netns", "del", name]).catch(() => {});
    },
  };
  try {
    for (const name of names) await ip("netns", "add", name);
    await ip("link", "add", "left", "netns", left, "type", "veth", "peer", "name", "right", "netns", right);
    for (const [i, name] of names.entries()) {
      const device = i === 0 ? "left" : "right";
      await ip("-n", name, "addr", "add", `10.9.0.${i + 1}/24`, "dev", device);
      await ip("-n", name, "addr", "add", `fd09::${i + 1}/64`, "dev", device, "nodad");
      await ip("-n", name, "link", "set", device, "up");
      await ip("-n", name, "link", "set", "lo", "up");
      await ip("-n", name, "route", "add", "224.0.0.0/4", "dev", device);
    }
    return pair;
  } catch (error) {
    await pair[Symbol.asyncDispose]();
    throw error;
  }
}

/** Sets a variable of sysctl(8) in a namespace. */
export async function setSysctl(namespace: string, name: string, value: string): Promise<void> {
  const file = `/proc/sys/${name.replaceAll(".", "/")}`;
  await ip("netns", "exec", namespace, "sh", "-c", `echo '${value}' > ${file}`);
}

async function ip(...args: string[]): Promise<void> {
  await runProgram("ip", args);
}
