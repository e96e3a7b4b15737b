"""blocking_pingpong.c, in Python."""
import os
import socket
import sys
import time

mode, kind, address = sys.argv[1:4]
tcp = kind == "tcp"
buffer = bytearray(65536)
view = memoryview(buffer)
message = bytes(64)


def nodelay(conn):
    if tcp:
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM) if tcp else socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
if mode == "drive":
    host, _, port = address.partition(":")
    sock.connect((host, int(port)) if tcp else address)
    nodelay(sock)
    for most in (0.2, float(sys.argv[4])):
        began = time.monotonic()
        trips = 0
        while time.monotonic() - began < most:
            for _ in range(16):
                sock.send(message)
                if sock.recv_into(buffer) != 64:
                    sys.exit("the echo differs")
            trips += 16
    print('{"value": %.1f}' % (trips / (time.monotonic() - began)))
else:
    if not tcp and os.path.exists(address):
        os.unlink(address)
    sock.bind(("127.0.0.1", 0) if tcp else address)
    sock.listen(5)
    print("listening on", "127.0.0.1:%d" % sock.getsockname()[1] if tcp else address, flush=True)
    while True:
        conn, _ = sock.accept()
        nodelay(conn)
        while n := conn.recv_into(buffer):
            conn.send(view[:n])
        conn.close()
