import { checkText } from "../../checks/check_text.ts";
import { encodeAttribute } from "../../netlink/attribute.ts";

/** `SMC_MAX_EID_LEN` */
const MAX_LENGTH = 32;

/**
 * Encodes `SMC_NLA_EID_TABLE_ENTRY`: the user-defined enterprise id, padded with blanks to 32 bytes.
 *
 * @throws {SyntaxError} If it is not 1 to 32 of A-Z, 0-9, "." and "-", the first a letter or a digit, without "..".
 */
export function encodeUeid(ueid: string): Uint8Array {
  checkText("encode UEID", ueid);
  if (ueid.length > MAX_LENGTH || !/^[A-Z0-9][A-Z0-9.-]*$/.test(ueid) || ueid.includes("..")) {
    throw new SyntaxError(
      `Cannot encode UEID as it must be 1 to 32 of A-Z, 0-9, "." and "-": current value is ${JSON.stringify(ueid)}`,
    );
  }
  return encodeAttribute(1, ueid.padEnd(MAX_LENGTH));
}
