import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { OPEN_OPTIONS, type OpenOptions } from "../socket/open.ts";
import { NL } from "./constants.ts";
import {
  decodeFamily,
  decodeGeneric,
  encodeGeneric,
  encodeGetFamily,
  type GenericFamily,
  type GenericMessage,
} from "./generic.ts";
import { type NetlinkRequestOptions, REQUEST_OPTIONS } from "./netlink_options.ts";
import { NetlinkSocket } from "./netlink_socket.ts";

const GENERIC_OPTIONS: OptionNames<NetlinkRequestOptions & OpenOptions> = { ...REQUEST_OPTIONS, ...OPEN_OPTIONS };

/**
 * A generic netlink socket for one family, found by its name. Permission: `--allow-ffi`.
 *
 * @see {@link https://docs.kernel.org/userspace-api/netlink/intro.html | Introduction to Netlink}
 *
 * @example Ask the controller about itself
 * ```ts
 * import { GenericNetlinkSocket, NL } from "@berkeley/sockets/netlink";
 * import { assert } from "@std/assert";
 *
 * using controller = await GenericNetlinkSocket.open("nlctrl");
 * const families = await controller.dump(NL.CTRL_CMD_GETFAMILY);
 * assert(families.some(({ attributes }) => attributes.text(NL.CTRL_ATTR_FAMILY_NAME) === "nlctrl"));
 * ```
 */
export class GenericNetlinkSocket implements Disposable {
  readonly #netlink: NetlinkSocket;
  /** The family that it talks to. */
  readonly family: GenericFamily;

  private constructor(netlink: NetlinkSocket, family: GenericFamily) {
    this.#netlink = netlink;
    this.family = family;
  }

  /**
   * Opens a socket and finds the family.
   *
   * @param name Name of the family, such as `"SMC_GEN_NETLINK"`.
   * @param options How to open it, how long to wait, and the action for errors.
   * @returns The socket, which the caller owns.
   * @throws {TypeError} If the name contains a NUL.
   * @throws {SystemError} If the kernel has no such family (`ENOENT`).
   */
  static async open(
    name: string,
    options: NetlinkRequestOptions & OpenOptions = {},
  ): Promise<GenericNetlinkSocket> {
    checkArgumentCount("call open", arguments.length, "name", "options");
    options = checkOptions("open a socket", options, GENERIC_OPTIONS);
    const request = encodeGetFamily(name);
    const { configure, networkNamespace, ...wait } = options;
    const netlink = NetlinkSocket.open(NL.NETLINK_GENERIC, {
      ...(configure === undefined ? {} : { configure }),
      ...(networkNamespace === undefined ? {} : { networkNamespace }),
    });
    try {
      const action = options.action ?? `find the netlink family ${name}`;
      const [answer] = await netlink.request(NL.GENL_ID_CTRL, request, { ...wait, action });
      return new GenericNetlinkSocket(netlink, decodeFamily(answer?.payload ?? new Uint8Array()));
    } catch (error) {
      netlink.close();
      throw error;
    }
  }

  /**
   * Sends a request for one object or for a change.
   *
   * @param command The command, by the family's numbers.
   * @param attributes Encoded attributes.
   * @param options How long to wait, and the action for errors.
   * @returns The messages before the acknowledgement, if any.
   * @throws {SystemError} If the kernel refuses, such as `EPERM`.
   */
  async request(
    command: number,
    attributes: Uint8Array[] = [],
    options: NetlinkRequestOptions = {},
  ): Promise<GenericMessage[]> {
    checkArgumentCount("call request", arguments.length, "command", "attributes", "options");
    const { id, version } = this.family;
    const messages = await this.#netlink.request(id, encodeGeneric(command, attributes, version), options);
    return messages.map(({ payload }) => decodeGeneric(payload));
  }

  /**
   * Sends a request for all objects of a kind.
   *
   * @param command The command, by the family's numbers.
   * @param options How long to wait, and the action for errors.
   * @returns The messages.
   * @throws {SystemError} If the kernel refuses, such as `EOPNOTSUPP` for a command that it does not know.
   */
  async dump(command: number, options: NetlinkRequestOptions = {}): Promise<GenericMessage[]> {
    checkArgumentCount("call dump", arguments.length, "command", "options");
    const { id, version } = this.family;
    const messages = await this.#netlink.dump(id, encodeGeneric(command, [], version), options);
    return messages.map(({ payload }) => decodeGeneric(payload));
  }

  /** Closes the socket and rejects pending requests. Closing again does nothing. */
  close(): void {
    checkArgumentCount("call close", arguments.length);
    this.#netlink.close();
  }

  /** Closes the socket at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }
}
