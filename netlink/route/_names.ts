import { oneOf } from "../../checks/one_of.ts";

/** A name, or the number as text if there is none. */
export type Named<T extends string> = T | `${number}`;

/** The names of a field's values, by number, as in `ip`. */
export class Names<T extends string> {
  readonly #names: Map<number, T>;
  readonly #numbers: Readonly<Record<string, number>>;
  readonly #field: string;

  constructor(field: string, names: Readonly<Record<number, T>>) {
    this.#field = field;
    this.#names = new Map(Object.entries(names).map(([number, name]) => [Number(number), name]));
    this.#numbers = Object.fromEntries([...this.#names].map(([number, name]) => [name, number]));
  }

  /** The name of a number. */
  of(number: number): Named<T> {
    return this.#names.get(number) ?? `${number}`;
  }

  /** The number of a name. */
  number(name: Named<T>): number {
    return /^\d{1,10}$/.test(name) ? Number(name) : oneOf("encode", this.#field, name, this.#numbers);
  }

  /** The names of the set bits; `bit N` for a bit without a name. */
  ofBits(bits: number): T[] {
    return [...this.#names].filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
  }

  /** The bits of names, ORed. */
  bits(names: readonly T[]): number {
    return names.reduce((bits, name) => bits | this.number(name), 0);
  }
}

/** The scope of a route or an address (`RT_SCOPE_*`). */
export type RouteScope = Named<"global" | "site" | "link" | "host" | "nowhere">;
/** `RT_SCOPE_*`. */
export const SCOPES = new Names("scope", { 0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere" });

/** Who set a route (`RTPROT_*`). */
export type RouteProtocol = Named<
  | "unspec"
  | "redirect"
  | "kernel"
  | "boot"
  | "static"
  | "gated"
  | "ra"
  | "mrt"
  | "zebra"
  | "bird"
  | "dnrouted"
  | "xorp"
  | "ntk"
  | "dhcp"
  | "keepalived"
  | "babel"
  | "openr"
  | "bgp"
  | "isis"
  | "ospf"
  | "rip"
  | "eigrp"
>;
/** `RTPROT_*`, as `/etc/iproute2/rt_protos` names them. */
export const PROTOCOLS = new Names("protocol", {
  0: "unspec",
  1: "redirect",
  2: "kernel",
  3: "boot",
  4: "static",
  8: "gated",
  9: "ra",
  10: "mrt",
  11: "zebra",
  12: "bird",
  13: "dnrouted",
  14: "xorp",
  15: "ntk",
  16: "dhcp",
  18: "keepalived",
  42: "babel",
  99: "openr",
  186: "bgp",
  187: "isis",
  188: "ospf",
  189: "rip",
  192: "eigrp",
});

/** What a route does (`RTN_*`). */
export type RouteType = Named<
  | "none"
  | "unicast"
  | "local"
  | "broadcast"
  | "anycast"
  | "multicast"
  | "blackhole"
  | "unreachable"
  | "prohibit"
  | "throw"
  | "nat"
>;
/** `RTN_*`. */
export const ROUTE_TYPES = new Names("type of a route", {
  0: "none",
  1: "unicast",
  2: "local",
  3: "broadcast",
  4: "anycast",
  5: "multicast",
  6: "blackhole",
  7: "unreachable",
  8: "prohibit",
  9: "throw",
  10: "nat",
});
