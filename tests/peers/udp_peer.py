"""The other end of the UDP tests. The first argument is what to do, the rest what with; answers are lines."""
import socket
import struct
import sys

action, arguments = sys.argv[1], sys.argv[2:]
HOST = arguments[0] if arguments else "127.0.0.1"
FAMILY = socket.AF_INET6 if ":" in HOST else socket.AF_INET
IP_TTL, IP_TOS, SO_TIMESTAMPNS, UDP_SEGMENT, UDP_GRO = 2, 1, 35, 103, 104


def say(*values):
    print(*values, flush=True)


sock = socket.socket(FAMILY, socket.SOCK_DGRAM)
if action == "echo":  # HOST: sends each datagram back, until an empty one
    sock.bind((HOST, 0))
    say(sock.getsockname()[1])
    while True:
        data, address = sock.recvfrom(65536)
        sock.sendto(data, address)
        if not data:
            break
elif action == "send":  # HOST PORT HEX...: sends each
    sock.bind((HOST, 0))
    for text in arguments[2:]:
        sock.sendto(bytes.fromhex(text), (HOST, int(arguments[1])))
    say(sock.getsockname()[1])
elif action == "ancillary":  # HOST: tells what came with a datagram
    v6 = FAMILY == socket.AF_INET6
    level = socket.IPPROTO_IPV6 if v6 else socket.IPPROTO_IP
    for name in (49, 51, 66) if v6 else (8, 12, 13):  # PKTINFO, HOPLIMIT or TTL, TCLASS or TOS
        sock.setsockopt(level, name, 1)
    sock.bind(("::" if v6 else "0.0.0.0", 0))
    say(sock.getsockname()[1])
    data, control, flags, address = sock.recvmsg(2048, 1024)
    for cmsg_level, cmsg_type, cmsg in sorted(control):
        say(cmsg_level, cmsg_type, cmsg.hex())
    say(address[0])
elif action == "sendancillary":  # HOST PORT: with TTL and TOS of its own
    v6 = FAMILY == socket.AF_INET6
    level = socket.IPPROTO_IPV6 if v6 else socket.IPPROTO_IP
    ttl, tos = (52, 67) if v6 else (IP_TTL, IP_TOS)
    sock.sendmsg([b"hello ", b"you"], [(level, ttl, struct.pack("i", 42)), (level, tos, struct.pack("i", 0xb8))], 0, (HOST, int(arguments[1])))
elif action == "multicast":  # GROUP INTERFACE PORT: receives one datagram of the group
    group, index, port = arguments[0], socket.if_nametoindex(arguments[1]), int(arguments[2])
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if FAMILY == socket.AF_INET6:
        sock.bind(("::", port))
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(FAMILY, group) + struct.pack("I", index))
    else:
        sock.bind(("", port))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("=4s4si", socket.inet_aton(group), b"\0" * 4, index))
    say("joined")
    sock.settimeout(10)
    data, address = sock.recvfrom(2048)
    say(data.decode(), address[0].split("%")[0])
elif action == "multisend":  # GROUP INTERFACE PORT TEXT TTL: sends a datagram to the group
    group, index, port = arguments[0], socket.if_nametoindex(arguments[1]), int(arguments[2])
    if FAMILY == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("=4s4si", b"\0" * 4, b"\0" * 4, index))
    for _ in range(int(arguments[4]) if len(arguments) > 4 else 1):
        sock.sendto(arguments[3].encode(), (group, port))
    say("sent")
elif action == "segments":  # HOST: counts datagrams and their sizes, until an empty one
    sock.bind((HOST, 0))
    say(sock.getsockname()[1])
    sizes = []
    while True:
        data = sock.recv(65536)
        if not data:
            break
        sizes.append(len(data))
    say(len(sizes), sum(sizes), max(sizes))
elif action == "sendsegments":  # HOST PORT SIZE TOTAL: by GSO
    sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, int(arguments[2]))
    sock.sendto(b"s" * int(arguments[3]), (HOST, int(arguments[1])))
