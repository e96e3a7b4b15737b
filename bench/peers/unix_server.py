"""unix_server.c, in Python."""
import os
import socket
import struct
import sys

kind, mode, path = sys.argv[1:]
if kind != "seqpacket":
    sys.exit(2)
if os.path.exists(path):
    os.unlink(path)
listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listener.bind(path)
listener.listen(16)
print("listening on", path, flush=True)
buffer = bytearray(65536)
view = memoryview(buffer)


def serve(conn):
    count = 0
    if mode == "source":
        message = bytes(64)
        while True:
            conn.send(message)
    elif mode == "sink":
        while n := conn.recv_into(buffer):
            if n > 1:
                count += 1
                continue
            conn.send(struct.pack("=Q", count))
            count = 0
    else:
        while n := conn.recv_into(buffer):
            conn.send(view[:n])


while True:
    conn, _ = listener.accept()
    try:
        serve(conn)
    except OSError:
        pass  # the client has gone
    conn.close()
