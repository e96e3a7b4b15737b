/**
 * AF_PACKET: the packets that network devices send and receive, as they are on the link.
 *
 * The whole of a family is here: its address as a value and as bytes, its options, and a class of one page.
 *
 * @example Count the bytes that pass the loopback interface, if permitted
 * ```ts
 * import { PacketSocket } from "@berkeley/sockets/packet";
 * import { UdpSocket } from "@berkeley/sockets/inet";
 * import { assert } from "@std/assert";
 *
 * try {
 *   using watcher = PacketSocket.open({ interface: "lo" });
 *   using udp = UdpSocket.bind({ hostname: "127.0.0.1" });
 *   await udp.send(new Uint8Array(1000), { addr: udp.localAddr });
 *   const { data, addr } = await watcher.receive();
 *   assert(data.length > 0 && addr.interfaceIndex > 0);
 * } catch (error) {
 *   assert(error instanceof Error && error.message.includes("CAP_NET_RAW"), String(error));
 * }
 * ```
 *
 * @module
 */
export { assembleBpf } from "./assemble_bpf.ts";
export { decodePacketAuxdata, type PacketAuxdata, type VlanTag } from "./auxdata.ts";
export * from "./packet_options.ts";
export { packetAddrCodec, type PacketMessage, type PacketOpenOptions, PacketSocket } from "./packet_socket.ts";
export { decodeSockaddrLl, encodeSockaddrLl, type PacketAddr, type PacketType } from "./sockaddr_ll.ts";
