/**
 * One owned socket of any family, and the base of every family's connections and listeners.
 *
 * - {@linkcode Socket}: a socket of any family, also one without a module in this library: it takes the family's
 *   numbers, and addresses as bytes. Every connection, listener and datagram socket has one as its `socket`.
 * - {@linkcode Conn}, {@linkcode Listener}, {@linkcode DatagramSocket}, {@linkcode SeqpacketConn}: the base classes
 *   of the families' classes.
 * - Options such as {@linkcode SO_RCVBUF}, for {@linkcode Descriptor.get} and {@linkcode Descriptor.set}.
 * - {@linkcode poll}, {@linkcode relay}, {@linkcode sendFile}, {@linkcode MessageBatch}: for many sockets, whole
 *   connections, files and many messages.
 * - {@linkcode inNetworkNamespace}: opens sockets in another network namespace.
 *
 * @example Send a message through a family given by its numbers
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { Socket } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_SEQPACKET);
 * await left.send(new Uint8Array([1, 2, 3]));
 * assertEquals(await right.recv(new Uint8Array(16)), 3);
 * left.close();
 * right.close();
 * ```
 *
 * @module
 */
export type { AddrCodec } from "./addr_codec.ts";
export { AsyncDescriptor } from "./async_descriptor.ts";
export { Conn } from "./conn.ts";
export {
  type ControlMessage,
  controlMessageSpace,
  decodeControlMessages,
  encodeControlMessages,
} from "./control_message.ts";
export { DatagramSocket } from "./datagram_socket.ts";
export { Descriptor } from "./descriptor.ts";
export { receiveErrorMessage } from "./error_queue.ts";
export { interfaceIndex } from "./interface_index.ts";
export { interfaceName } from "./interface_name.ts";
export * from "./interface_request.ts";
export { ADDRESS, type Addressed, INSPECT, type Inspectable } from "./inspect.ts";
export { Listener } from "./listener.ts";
export { MessageBatch, type MessageBatchOptions } from "./message_batch.ts";
export { inNetworkNamespace } from "./network_namespace.ts";
export {
  type ConnectOptions,
  type ListenOptions,
  openConnection,
  openListener,
  type OpenOptions,
  openSocket,
  type OpenSteps,
} from "./open.ts";
export { type Direction, Operation } from "./operation.ts";
export { intOption, type OptionName, type ReadableOption, type SocketOption, type WritableOption } from "./option.ts";
export { poll, type Pollable, type PollEvent, type PollRequest, type PollResult } from "./poll.ts";
export { relay, type RelayedBytes, type RelayEnd } from "./relay.ts";
export { sendFile, type SendFileOptions } from "./send_file.ts";
export { SeqpacketConn } from "./seqpacket_conn.ts";
export { Socket } from "./socket.ts";
export { connectTo, listenAt, type SocketKind } from "./socket_kind.ts";
export * from "./socket_options.ts";
export { SocketOwner } from "./socket_owner.ts";
export { setSpinTime } from "./spin_time.ts";
export type {
  Datagram,
  MessageSpace,
  OutgoingMessage,
  ReceivedFrom,
  ReceivedMessage,
  ReceiveOptions,
  SendOptions,
  SeqpacketMessage,
  TransferOptions,
} from "./transfer.ts";
export { untilClosed } from "./until_closed.ts";
export type { Progress, WaitOptions } from "./wait_options.ts";
export { type ZeroCopyResult, ZeroCopyWriter } from "./zero_copy_writer.ts";
