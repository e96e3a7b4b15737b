import { run } from "./run.ts";

/** Kernel modules, by the name of what they make testable; their dependencies are found automatically. */
export const MODULE_SETS: Record<string, string[]> = {
  smc: ["crc32_generic", "rdma_rxe", "smc", "smc_diag", "tcp_diag", "inet_diag"],
  netem: ["veth", "sch_netem"],
  netlink: [
    "veth",
    "bridge",
    "8021q",
    "dummy",
    "tcp_diag",
    "udp_diag",
    "raw_diag",
    "unix_diag",
    "af_packet_diag",
    "netlink_diag",
  ],
  vsock: ["vsock_loopback", "vsock_diag"],
  can: ["vcan", "can_raw", "can_bcm", "can_isotp", "can_j1939"],
  tipc: ["tipc", "tipc_diag"],
  alg: ["algif_hash", "algif_skcipher", "algif_aead", "algif_rng", "gcm", "ghash_generic", "xts"],
  // btvirt uses AF_ALG, with cmac(aes) and ecb(aes).
  bluetooth: ["cmac", "algif_hash", "algif_skcipher", "ecdh_generic", "rfcomm", "hci_vhci"],
  sctp: ["crc32c_generic", "sctp", "sctp_diag"],
  tun: ["tun"],
  // Families that the library knows only by their numbers.
  numbers: [
    ...["rds_tcp", "qrtr", "dccp_ipv4", "ax25", "netrom", "rose", "appletalk", "llc2", "phonet", "pn_pep"],
    ...["ieee802154_socket", "fakelb", "nfc", "nfcsim", "kcm", "af_key", "atm", "pppoe", "l2tp_ip", "l2tp_ppp"],
    ...["fcrypt", "pcbc", "rxrpc", "veth"],
  ],
};

/** Programs of the host that a set needs beside its modules. */
export const PROGRAMS: Record<string, string[] | undefined> = {
  smc: ["redis-server"],
  netem: ["ip", "tc"],
  netlink: ["ip", "ss"],
  vsock: ["socat", "python3"],
  can: ["ip", "candump", "cansend", "cangen", "isotpsend", "isotprecv", "j1939cat", "bcmserver", "python3"],
  tipc: ["tipc", "python3"],
  alg: ["python3"],
  bluetooth: ["btvirt", "btmon", "python3"],
  sctp: ["socat", "python3"],
  tun: ["ip", "ping"],
  numbers: ["ip"],
};

/** The Debian packages of programs that a machine may lack. */
export const PACKAGES: Record<string, string | undefined> = {
  bcmserver: "can-utils",
  btmon: "bluez",
  btvirt: "bluez-test-tools",
  candump: "can-utils",
  cangen: "can-utils",
  cansend: "can-utils",
  ip: "iproute2",
  isotprecv: "can-utils",
  isotpsend: "can-utils",
  j1939cat: "can-utils",
  ping: "iputils-ping",
  python3: "python3",
  "redis-server": "redis-server",
  socat: "socat",
  ss: "iproute2",
  tc: "iproute2",
  tipc: "iproute2",
};

/** One module as the guest loads it. */
export interface KernelModule {
  /** Its name, with underscores. */
  name: string;
  /** The ELF file, decompressed. */
  bytes: Uint8Array;
}

/** Reads the modules of the named sets and their dependencies, in the order in which they must be loaded. */
export async function readModules(tree: string, sets: string[]): Promise<KernelModule[]> {
  const paths = new Map<string, string>();
  for (const path of (await run("find", [tree, "-name", "*.ko*"])).trim().split("\n")) {
    paths.set(moduleName(path.slice(path.lastIndexOf("/") + 1).replace(/\.ko.*$/, "")), path);
  }
  const loaded = new Map<string, KernelModule>();
  const load = async (name: string): Promise<void> => {
    const path = paths.get(name);
    // What is not a module of this kernel may be built in: the tests will show it.
    if (path === undefined || loaded.has(name)) return;
    const bytes = await readModule(path);
    for (const needed of dependencies(bytes)) await load(needed);
    loaded.set(name, { name, bytes });
  };
  for (const set of sets) {
    const names = MODULE_SETS[set];
    if (names === undefined) {
      throw new RangeError(`Cannot load the module set "${set}": there are ${Object.keys(MODULE_SETS).join(", ")}`);
    }
    for (const name of names) await load(name);
  }
  return [...loaded.values()];
}

async function readModule(path: string): Promise<Uint8Array> {
  if (!path.endsWith(".xz")) return await Deno.readFile(path);
  const { success, stdout } = await new Deno.Command("xz", { args: ["-dc", path] }).output();
  if (!success) throw new Error(`Cannot decompress ${path}`);
  return stdout;
}

/** The section `.modinfo` is a list of NUL-ended `key=value`. */
function dependencies(elf: Uint8Array): string[] {
  const text = new TextDecoder("latin1").decode(elf);
  const depends = /\0depends=([^\0]*)\0/.exec(text)?.[1] ?? "";
  return depends.split(",").filter(Boolean).map(moduleName);
}

function moduleName(name: string): string {
  return name.replaceAll("-", "_");
}
