import { runtime } from "../../ffi/platform.ts";
import { type Capability, isCapability, whyNotWithCapabilities } from "./capabilities.ts";
import { leakedDescriptors, openDescriptors } from "./descriptors.ts";
import { environment } from "./environment.ts";
import { endPrograms } from "./programs.ts";
import { granted, register, registerSkipped } from "./runtime.ts";
import { isTool, setNamed, type Tool, whyNotWith } from "./tools.ts";

/** A Deno permission by name; the other runtimes have no permissions. */
export type Permission = "env" | "ffi" | "net" | "read" | "run" | "sys" | "write";

/** What a test may need: a Deno permission, a program, or a capability. */
export type Need = Permission | Tool | Capability;

/** The body of a test. */
export type TestFunction = () => void | Promise<void>;

/** Why a test is skipped on a runtime, by its name. */
export type SkipOn = Partial<Record<"deno" | "node" | "bun", string>>;

/** Options of {@linkcode test}. */
export interface TestOptions {
  /**
   * What the test needs in addition to `--allow-ffi`: permissions, and programs and capabilities that a machine may
   * lack. If one is missing, the test is skipped by name. A program needs the permissions to look for it and to run it.
   */
  needs?: readonly Need[];
  /** Why the test cannot run on some runtime; it is skipped there by name. */
  skipOn?: SkipOn;
  /** Why the test may leave descriptors open. Default: it may not. */
  leaks?: string;
  /** Milliseconds before the test fails. Default: 60,000; in a guest, which is emulated, 180,000. */
  timeout?: number;
}

/** The limit of a test that names none. */
const TIMEOUT = environment("GUEST") === "1" ? 180_000 : 60_000;

/** Why this machine cannot run some tests, by test name: the variable `SKIP_TESTS`, as JSON. */
const skipped: Record<string, string> = JSON.parse(environment("SKIP_TESTS") ?? "{}");

/** Registers a test. It fails if the test leaves a descriptor open. */
export function test(name: string, fn: TestFunction): void;
export function test(name: string, options: TestOptions, fn: TestFunction): void;
export function test(
  name: string,
  optionsOrFn: TestOptions | (TestFunction),
  maybeFn?: TestFunction,
): void {
  const options = typeof optionsOrFn === "function" ? {} : optionsOrFn;
  const fn = typeof optionsOrFn === "function" ? optionsOrFn : maybeFn;
  if (fn === undefined) throw new TypeError(`Cannot register the test "${name}": it has no function`);
  const reason = options.skipOn?.[runtime() as keyof SkipOn] ?? skipped[name] ?? whyNot(options.needs ?? []);
  if (reason !== undefined) return ignore(name, reason);
  register(name, () => run(fn, options));
}

/** {@linkcode test} for what concerns only Deno: elsewhere it is skipped by name, with the reason. */
export function onDeno(reason: string): typeof test {
  const skipOn = { node: reason, bun: reason };
  return (name: string, optionsOrFn: TestOptions | TestFunction, maybeFn?: TestFunction) => {
    if (typeof optionsOrFn === "function") test(name, { skipOn }, optionsOrFn);
    else test(name, { ...optionsOrFn, skipOn }, maybeFn as TestFunction);
  };
}

/** Registers a test that this machine cannot run, by name and with the reason. */
export function ignore(name: string, reason: string): void {
  registerSkipped(`${name} [skipped: ${reason}]`);
}

function whyNot(needs: readonly Need[]): string | undefined {
  const tools = needs.filter(isTool);
  const capabilities = needs.filter(isCapability);
  const permissions = new Set<string>(needs.filter((need) => !isTool(need) && !isCapability(need)));
  if (tools.length > 0) { for (const permission of ["run", "read", "env"]) permissions.add(permission); }
  const missing = [...permissions].filter((permission) => !granted(permission));
  if (missing.length > 0) return `needs ${missing.map((permission) => `--allow-${permission}`).join(" ")}`;
  return whyNotWith(tools) ?? whyNotWithCapabilities(capabilities);
}

async function run(fn: TestFunction, options: TestOptions): Promise<void> {
  const before = options.leaks === undefined ? openDescriptors() : undefined;
  setNamed(options.needs ?? []);
  try {
    await within(options.timeout ?? TIMEOUT, fn);
  } finally {
    setNamed(undefined);
    endPrograms();
  }
  if (before === undefined) return;
  const leaked = await leakedDescriptors(before);
  if (leaked.length > 0) throw new Error(`The test left descriptors open: ${leaked.join(", ")}`);
}

async function within(timeout: number, fn: TestFunction): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The test did not end within ${timeout} ms`)), timeout);
  });
  try {
    await Promise.race([fn(), late]);
  } finally {
    clearTimeout(timer);
  }
}
