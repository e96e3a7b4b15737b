/** Whether the 16 bytes are an IPv4-mapped address, such as `::ffff:192.0.2.1`: packets to it are IPv4 packets. */
export function isMappedIpv4(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes.every((byte, i) => i >= 12 || byte === (i < 10 ? 0 : 0xff));
}
