const client = new URL("../../.cache/bench/echo_client", import.meta.url).pathname;

/** Runs `body` while the C client holds idle connections, each of which has echoed one byte. */
export async function whileIdle<T>(address: string, connections: number, body: () => Promise<T>): Promise<T> {
  const child = new Deno.Command(client, {
    args: ["idle", "--address", address, "--connections", String(connections)],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  try {
    const { value } = await reader.read(); // the line comes when all are connected
    if (value === undefined) throw new Error(`Cannot hold ${connections} connections to ${address}`);
    return await body();
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
