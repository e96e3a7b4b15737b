import { checkText } from "../../checks/check_text.ts";
import { type Attributes, encodeAttribute } from "../../netlink/attribute.ts";

/** Name of the generic netlink family. */
export const SMC_PNETID_FAMILY_NAME = "SMC_PNETID";

/** `SMC_PNETID_*`: the commands of the family. */
export const SMC_PNETID = { GET: 1, ADD: 2, DEL: 3, FLUSH: 4 } as const;

/** A row of the PNET table: an interface and an RDMA device in the same physical network. */
export interface SmcPnet {
  /** Name of the physical network; the kernel makes it upper case. */
  pnetId: string;
  /** Name of a network interface. */
  interfaceName?: string;
  /** Name of an RDMA device, or the PCI id of an ISM one. */
  device?: string;
  /** Port of the RDMA device. Default: 1. */
  port?: number;
}

/**
 * Encodes the attributes of a row.
 *
 * @throws {SyntaxError} If a name is empty or too long, or the PNET ID is not 1 to 16 letters and digits.
 * @throws {RangeError} If the port is not 1 or 2.
 */
export function encodeSmcPnet(pnet: SmcPnet): Uint8Array[] {
  const { pnetId, interfaceName, device, port } = pnet;
  if (port !== undefined && port !== 1 && port !== 2) {
    throw new RangeError(`Cannot encode port as it must be 1 or 2: current value is ${port}`);
  }
  return [
    encodePnetId(pnetId),
    ...(interfaceName === undefined ? [] : [encodeAttribute(2, checked("interface name", interfaceName, 15))]),
    ...(device === undefined ? [] : [encodeAttribute(3, checked("device name", device, 63))]),
    ...(device === undefined ? [] : [encodeAttribute(4, new Uint8Array([port ?? 1]))]),
  ];
}

/**
 * Encodes the attribute that names a row.
 *
 * @throws {SyntaxError} If the PNET ID is not 1 to 16 letters and digits.
 */
export function encodePnetId(pnetId: string): Uint8Array {
  checkText("encode PNET ID", pnetId);
  if (!/^[A-Za-z0-9]{1,16}$/.test(pnetId)) {
    throw new SyntaxError(
      `Cannot encode PNET ID as it must be 1 to 16 letters and digits: current value is ${JSON.stringify(pnetId)}`,
    );
  }
  // The kernel makes it upper case when it adds a row, and not when it looks for one.
  return encodeAttribute(1, pnetId.toUpperCase());
}

/** Decodes the attributes of a row; for missing values the kernel sends "n/a" or 255. */
export function decodeSmcPnet(attributes: Attributes): SmcPnet {
  const [interfaceName, device, port] = [attributes.text(2), attributes.text(3), attributes.u8(4)];
  return {
    pnetId: attributes.text(1)?.trimEnd() ?? "",
    ...(interfaceName === undefined || interfaceName === "n/a" ? {} : { interfaceName }),
    ...(device === undefined || device === "n/a" ? {} : { device }),
    ...(port === undefined || port === 255 ? {} : { port }),
  };
}

function checked(what: string, name: string, limit: number): string {
  checkText(`encode ${what}`, name);
  if (!/^[!-~]+$/.test(name) || name.length > limit) {
    throw new SyntaxError(
      `Cannot encode ${what} as it must be 1 to ${limit} visible characters: current value is ${JSON.stringify(name)}`,
    );
  }
  return name;
}
