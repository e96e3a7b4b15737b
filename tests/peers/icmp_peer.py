"""Python's raw ICMP at the other end of a test, as `ask HOST` and `hear HOST` of inet_peer.c.

ask sends an echo request of the identifier 49374 and the sequence 7, hear waits for one; then both tell what comes: TYPE
IDENTIFIER SEQUENCE DATA.
"""
import socket
import struct
import sys

asks, host = sys.argv[1] == "ask", sys.argv[2]
v6 = ":" in host
request, reply = (128, 129) if v6 else (8, 0)


def checksum(packet):
    total = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


if v6:
    sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
else:
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
sock.settimeout(60)
print("ready", flush=True)
if asks:
    packet = struct.pack("!BBHHH", request, 0, 0, 49374, 7) + b"a Python"
    if not v6:  # where the kernel does not make it
        packet = packet[:2] + struct.pack("!H", checksum(packet)) + packet[4:]
    sock.sendto(packet, (host, 0))
while True:
    packet = sock.recv(65536)
    if not v6:
        packet = packet[(packet[0] & 15) * 4:]
    kind, _, _, identifier, sequence = struct.unpack("!BBHHH", packet[:8])
    if kind == (reply if asks else request):
        print(kind, identifier, sequence, packet[8:].decode(), flush=True)
        break
