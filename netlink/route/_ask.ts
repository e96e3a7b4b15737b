import type { NameTable } from "../../checks/option_names.ts";
import { INT_MAX, within } from "../../checks/within.ts";
import { C } from "../../ffi/constants.ts";
import { libraryError } from "../../ffi/error.ts";
import { checkWaitOptions } from "../../socket/wait_options.ts";
import { withNetlink } from "../_with_netlink.ts";
import { encodeAttribute } from "../attribute.ts";
import { NL } from "../constants.ts";
import type { NetlinkMessage } from "../message.ts";
import {
  NETLINK_OPTIONS,
  type NetlinkOptions,
  type NetlinkRequester,
  type NetlinkRequestOptions,
} from "../netlink_options.ts";
import { IFINFOMSG_SIZE, IFLA } from "./_link.ts";
import { RTM } from "./_rtm.ts";

/** Sends a request to the kernel, within the remaining time. */
export type Ask = (
  method: "request" | "dump",
  type: number,
  payload: Uint8Array,
  flags?: number,
) => Promise<NetlinkMessage[]>;

/** Runs a function that sends one or more requests; all of them together must finish within the timeout. */
export async function askRoute<T>(
  action: string,
  options: NetlinkOptions,
  run: (ask: Ask) => Promise<T>,
  names: NameTable = NETLINK_OPTIONS,
): Promise<T> {
  options = checkWaitOptions(action, options, names);
  const { netlink: given, timeout = Infinity, signal } = options;
  const deadline = performance.now() + timeout;
  return await withNetlink(
    given,
    NL.NETLINK_ROUTE,
    (netlink: NetlinkRequester) =>
      run((method, type, payload, flags = 0) => {
        const left = timeout === 0 ? 0 : Math.max(0, deadline - performance.now());
        const wait: NetlinkRequestOptions = {
          action,
          flags,
          timeout: left,
          ...(signal === undefined ? {} : { signal }),
        };
        return netlink[method](type, payload, wait);
      }),
  );
}

/** The IP families to request, one after another: AF_UNSPEC would also return bridges and multicast routing. */
export function familiesOf(family: number | undefined): number[] {
  if (family === undefined || family === C.AF_UNSPEC) return [C.AF_INET, C.AF_INET6];
  if (family === C.AF_INET || family === C.AF_INET6) return [family];
  throw new RangeError(`Cannot list as the family must be AF_INET or AF_INET6: current value is ${family}`);
}

/** The index of an interface, given its index or its name. */
export async function linkIndex(ask: Ask, link: number | string): Promise<number> {
  if (typeof link === "number") {
    return within("find an interface", "index", link, INT_MAX, 1);
  }
  if (typeof link !== "string" || link === "") {
    throw new TypeError("Cannot find an interface: pass its index or its name");
  }
  const payload = new Uint8Array([...new Uint8Array(IFINFOMSG_SIZE), ...encodeAttribute(IFLA.IFNAME, link)]);
  const [answer] = await ask("request", RTM.GETLINK, payload);
  const bytes = answer?.payload;
  if (bytes === undefined || bytes.length < IFINFOMSG_SIZE) {
    throw libraryError(
      "ENODEV",
      "recvfrom",
      `Cannot find interface ${link}: there is no interface of that name (ENODEV)`,
    );
  }
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(4, true);
}

/** Finds the indexes of several interfaces, and returns a function that looks them up. */
export async function linkIndexes(
  ask: Ask,
  links: readonly (number | string | undefined)[],
): Promise<(link: number | string) => number> {
  const found = new Map<number | string, number>();
  for (const link of links) {
    if (link !== undefined && !found.has(link)) found.set(link, await linkIndex(ask, link));
  }
  return (link) => found.get(link) ?? 0;
}
