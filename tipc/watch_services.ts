import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import type { WaitOptions } from "../socket/wait_options.ts";
import type { TipcServiceRange, TipcSocketAddr } from "./sockaddr_tipc.ts";
import { TipcSeqpacketConn } from "./tipc_seqpacket_conn.ts";

/** An event of the topology server about a service. */
export interface TipcServiceEvent {
  /** Whether a socket was bound to it, or is no longer. */
  type: "published" | "withdrawn";
  /** The instances. */
  range: { lower: number; upper: number };
  /** The socket. */
  socket: TipcSocketAddr;
}

const RANGE: OptionNames<TipcServiceRange> = { lower: true, scope: true, service: true, upper: true };
const WAIT_FOREVER = 0xffffffff;
const [PUBLISHED, WITHDRAWN, SUB_PORTS] = [1, 2, 1];
/** `sizeof(struct tipc_subscr)` and `sizeof(struct tipc_event)`. */
const [SUBSCRIPTION_SIZE, EVENT_SIZE] = [28, 48];

/**
 * Watches the services of a cluster: reports each socket that is already bound to an instance of the range, and then
 * every change. Permission: `--allow-ffi`.
 *
 * ```c
 * struct tipc_subscr {                                   // to the topology server, service 1, instance 1
 *   struct { __u32 type; __u32 lower; __u32 upper; } seq;  //  0
 *   __u32 timeout;                                       // 12
 *   __u32 filter;                                        // 16
 *   char usr_handle[8];                                  // 20
 * };
 * struct tipc_event {
 *   __u32 event;                                         //  0
 *   __u32 found_lower;                                   //  4
 *   __u32 found_upper;                                   //  8
 *   struct { __u32 ref; __u32 node; } port;              // 12
 *   struct tipc_subscr s;                                // 20
 * };
 * ```
 *
 * @param range The services.
 * @param options A signal that ends it; a `timeout` limits each wait.
 * @returns The events, until you leave the loop.
 * @throws {SystemError} If the kernel lacks TIPC (`EAFNOSUPPORT`).
 *
 * @example Usage, if the kernel supports TIPC
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { TipcDatagramSocket, watchServices } from "@berkeley/sockets/tipc";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using _server = TipcDatagramSocket.bind({ service: 2000, instance: 5, scope: "node" });
 *   for await (const event of watchServices({ service: 2000, lower: 0, upper: 9 })) {
 *     assertEquals([event.type, event.range.lower], ["published", 5]);
 *     break;
 *   }
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export async function* watchServices(
  range: TipcServiceRange,
  options: WaitOptions = {},
): AsyncGenerator<TipcServiceEvent> {
  checkArgumentCount("call watchServices", arguments.length, "range", "{ signal, timeout }");
  range = checkOptions("watch services", range, RANGE);
  const subscription = new DataView(new ArrayBuffer(SUBSCRIPTION_SIZE));
  const words = [range.service, range.lower, range.upper, WAIT_FOREVER, SUB_PORTS];
  for (const [i, word] of words.entries()) {
    subscription.setUint32(i * 4, within("watch services", "number", word, 0xffffffff), HOST_LITTLE_ENDIAN);
  }
  using server = await TipcSeqpacketConn.connect({ service: C.TIPC_TOP_SRV, instance: C.TIPC_TOP_SRV, ...options });
  await server.send(new Uint8Array(subscription.buffer), options);
  for (;;) {
    const message = await server.receive({ buffer: new Uint8Array(EVENT_SIZE), ...options });
    if (message === null) return;
    const view = new DataView(message.data.buffer);
    const [event, lower, upper, ref, node] = [0, 4, 8, 12, 16].map((at) => view.getUint32(at, HOST_LITTLE_ENDIAN));
    if (event !== PUBLISHED && event !== WITHDRAWN) continue;
    yield {
      type: event === PUBLISHED ? "published" : "withdrawn",
      range: { lower: lower ?? 0, upper: upper ?? 0 },
      socket: { ref: ref ?? 0, node: node ?? 0 },
    };
  }
}
