const client = new URL("../../.cache/bench/echo_client", import.meta.url).pathname;

/**
 * Runs `body` while the C client holds idle connections, each of which has echoed one byte.
 *
 * @param source The address that they come from: each has ports of its own.
 * @param body Gets the seconds that the connecting took.
 */
export async function whileIdle<T>(
  address: string,
  connections: number,
  body: (seconds: number) => Promise<T>,
  source?: string,
): Promise<T> {
  const args = ["idle", "--address", address, "--connections", String(connections)];
  if (source !== undefined) args.push("--source", source);
  const raised = ["-c", 'ulimit -n "$(ulimit -Hn)"; exec "$@"', "sh", client, ...args];
  const child = new Deno.Command("sh", { args: raised, stdin: "piped", stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  try {
    const { value } = await reader.read(); // the line comes when all are connected
    if (value === undefined) throw new Error(`Cannot hold ${connections} connections to ${address}`);
    return await body(JSON.parse(new TextDecoder().decode(value)).seconds);
  } finally {
    await reader.cancel();
    await child.stdin.close().catch(() => {});
    await child.status;
  }
}

/** Waits a number of milliseconds. */
export function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
