import type { Attributes } from "../../netlink/attribute.ts";

/** A device that SMC can use: `smcr device` and `smcd device`. */
export interface SmcDevice {
  /** The mode that it supports. */
  mode: "smc-r" | "smc-d";
  /** Name of the RDMA device; empty in SMC-D. */
  name: string;
  /** How many link groups use it. */
  useCount: number;
  /** Whether losing it would end a connection. */
  critical: boolean;
  /** Its PCI address, such as `"0000:00:01.0"`; empty for a software device. */
  pciId: string;
  /** PCI vendor id. */
  pciVendor: number;
  /** PCI device id. */
  pciDevice: number;
  /** PCI function id, on s390. */
  pciFunction: number;
  /** PCI channel id, on s390. */
  pciChannel: number;
  /** Its ports. */
  ports: SmcDevicePort[];
}

/** A port of a device. */
export interface SmcDevicePort {
  /** Number of the port, from 1. */
  number: number;
  /** The PNET ID of its physical network, if it has one. */
  pnetId: string;
  /** Whether a user set the PNET ID, not the hardware. */
  pnetIdByUser: boolean;
  /** Index of the network interface; 0 is none. */
  interfaceIndex: number;
  /** Whether it is up. */
  active: boolean;
  /** How many links go through it. */
  links: number;
}

/** Decodes the contents of `SMC_GEN_DEV_SMCR` or `SMC_GEN_DEV_SMCD`. */
export function decodeSmcDevice(mode: SmcDevice["mode"], attributes: Attributes): SmcDevice {
  const ports = [attributes.nested(8), attributes.nested(9)].map((port, index) => decodePort(index + 1, port));
  return {
    mode,
    name: attributes.text(10) ?? "",
    useCount: attributes.u32(1) ?? 0,
    critical: attributes.u8(2) === 1,
    pciId: attributes.text(7) ?? "",
    pciVendor: attributes.u16(5) ?? 0,
    pciDevice: attributes.u16(6) ?? 0,
    pciFunction: attributes.u32(3) ?? 0,
    pciChannel: attributes.u16(4) ?? 0,
    ports: ports.filter((port) => port !== undefined),
  };
}

/** The kernel also lists a second port that the device does not have, marked as invalid; SMC-D omits the mark. */
function decodePort(number: number, attributes: Attributes | undefined): SmcDevicePort | undefined {
  if (attributes === undefined || attributes.u8(5) === 0) return undefined;
  return {
    number,
    pnetId: attributes.text(2)?.trimEnd() ?? "",
    pnetIdByUser: attributes.u8(1) === 1,
    interfaceIndex: attributes.u32(3) ?? 0,
    active: attributes.u8(4) === 1,
    links: attributes.u32(6) ?? 0,
  };
}
