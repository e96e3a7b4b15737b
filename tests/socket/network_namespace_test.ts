import { assert, assertEquals, type Permission, spawnScript, test } from "../runner/mod.ts";

const needs: Permission[] = ["run", "read", "env"];
const SOCKET = new URL("../../socket/mod.ts", import.meta.url);

// It enters its own namespace: whether the way back fails does not depend on which one it is.
const PROGRAM = `
import { inNetworkNamespace } from "${SOCKET}";
console.log(inNetworkNamespace("/proc/self/ns/net", () => "there"));
console.log("here");
`;

/** Which call of setns(2) fails, how the program ends, and what it prints. */
const CASES: [when: number, name: string, end: [number | null, string | null], stdout: string][] = [
  [1, "inNetworkNamespace() throws where the way there fails", [1, null], ""],
  [2, "inNetworkNamespace() aborts the program where the thread cannot return home", [null, "SIGABRT"], ""],
  [3, "inNetworkNamespace() comes home where nothing fails", [0, null], "there\nhere\n"],
];

for (const [when, name, end, stdout] of CASES) {
  test(name, { needs: [...needs, "strace", "CAP_SYS_ADMIN"] }, async () => {
    const inject = `inject=setns:error=EPERM:when=${when}`;
    await using program = spawnScript(PROGRAM, ["strace", "-f", "-e", "trace=setns", "-e", inject]);
    const exit = await program.exit;
    assertEquals([exit.code, exit.signal], end, exit.stderr);
    assertEquals(exit.stdout, stdout);
    const told = when === 1
      ? "Cannot setns /proc/self/ns/net: Operation not permitted (EPERM)"
      : "Cannot return to the network namespace of this thread: aborted";
    assertEquals(exit.stderr.includes(told), when < 3, exit.stderr);
    assert(when === 3 || exit.stderr.includes("(INJECTED)"), exit.stderr);
  });
}
