import { which } from "./which.ts";

/** The programs that tests need and a machine may lack, and the Debian packages that provide them. */
export const PACKAGES = {
  "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
  cc: "gcc libc6-dev",
  chromium: "chromium",
  clang: "clang lld wasi-libc libclang-rt-dev-wasm32",
  cpio: "cpio",
  curl: "curl",
  "dbus-daemon": "dbus-daemon",
  etcd: "etcd-server",
  ip: "iproute2",
  nc: "netcat-openbsd",
  nft: "nftables",
  openssl: "openssl",
  ping: "iputils-ping",
  postgres: "postgresql",
  python3: "python3",
  "qemu-system-x86_64": "qemu-system-x86",
  "redis-cli": "redis-tools",
  "redis-server": "redis-server",
  socat: "socat",
  ss: "iproute2",
  strace: "strace",
  "systemd-socket-activate": "systemd",
  tc: "iproute2",
  tcpdump: "tcpdump",
  "x86_64-linux-gnu-gcc": "gcc-x86-64-linux-gnu libc6-dev-amd64-cross",
  xz: "xz-utils",
} as const;

/** The name of such a program. */
export type Tool = keyof typeof PACKAGES;

/** Whether a name is that of a program in {@linkcode PACKAGES}. */
export function isTool(name: string): name is Tool {
  return Object.hasOwn(PACKAGES, name);
}

/** Why a test cannot run here because of missing programs, and how to install them; `undefined` if none is missing. */
export function whyNotWith(tools: readonly Tool[]): string | undefined {
  const missing = tools.filter((tool) => which(tool) === undefined);
  if (missing.length === 0) return undefined;
  return `needs ${missing.join(" ")}: apt-get install ${missing.map((tool) => PACKAGES[tool]).join(" ")}`;
}

let named: readonly string[] | undefined;

/** Records the `needs` of the running test; `undefined` between tests. */
export function setNamed(needs: readonly string[] | undefined): void {
  named = needs;
}

/**
 * Enforces each test's list even on machines that have the program: otherwise missing entries would go unnoticed.
 *
 * @throws {Error} If the running test starts a program that it does not name.
 */
export function checkNamed(program: string): void {
  const name = program.slice(program.lastIndexOf("/") + 1);
  if (!isTool(name) || named === undefined || named.includes(name)) return;
  throw new Error(`Cannot start ${name}: the test must name it: needs: ["${name}"]`);
}
