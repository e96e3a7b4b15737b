"""Python's unix sockets at the other end of a test: does what its first argument says, at the address in its second.

An address that begins with @ is an abstract name. Prints a line when it is ready.
"""
import array
import os
import socket
import sys

role, name = sys.argv[1], sys.argv[2]
address = "\0" + name[1:] if name.startswith("@") else name
SEQPACKET, DATAGRAM = socket.SOCK_SEQPACKET, socket.SOCK_DGRAM


def say(*words):
    print(*words, flush=True)


def serve(kind):
    listener = socket.socket(socket.AF_UNIX, kind)
    listener.bind(address)
    listener.listen(8)
    say("ready")
    return listener.accept()[0]


def client(kind):
    sock = socket.socket(socket.AF_UNIX, kind)
    sock.connect(address)
    return sock


if role == "seqpacket-server":  # echoes each message, tells empty ones from the end by their timestamp
    conn = serve(SEQPACKET)
    conn.setsockopt(socket.SOL_SOCKET, 29, 1)
    while True:
        data, control, _, _ = conn.recvmsg(65536, 100)
        if not control:
            break
        conn.send(data)
    say("end")
elif role == "seqpacket-client":
    sock = client(SEQPACKET)
    for text in (b"one", b"", b"x" * 60000):
        sock.send(text)
        assert sock.recv(65536) == text
    sock.send(b"")
    say("done")
elif role == "datagram-server":
    sock = socket.socket(socket.AF_UNIX, DATAGRAM)
    sock.bind(address)
    say("ready")
    for _ in range(4):
        data, peer = sock.recvfrom(65536)
        sock.sendto(data, peer)
elif role == "datagram-client":
    sock = socket.socket(socket.AF_UNIX, DATAGRAM)
    sock.bind("\0" + "py-" + str(os.getpid()))
    for text in (b"one", b"", b"x" * 60000):
        sock.sendto(text, address)
        assert sock.recv(65536) == text
    say("done")
elif role == "send-fds":
    sock = client(SEQPACKET)
    with open(sys.argv[3], "rb") as one, open(sys.argv[4], "rb") as two:
        socket.send_fds(sock, [b"files"], [one.fileno(), two.fileno()])
    say("done")
elif role == "receive-fds":
    data, fds, flags, _ = socket.recv_fds(client(SEQPACKET), 100, 10)
    say(data.decode(), flags, *[os.read(fd, 100).decode() for fd in fds])
elif role == "peer-credentials":
    conn = serve(socket.SOCK_STREAM)
    say(*array.array("i", conn.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)))
elif role == "credentials":  # of a message
    conn = serve(SEQPACKET)
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    conn.send(b"send")
    _, control, _, _ = conn.recvmsg(100, 100)
    say(*array.array("i", control[-1][2]))
elif role == "close-with-unread":
    conn = serve(SEQPACKET)
    conn.recv(1, socket.MSG_PEEK)
    conn.close()
    say("closed")
else:
    sys.exit("no such role: " + role)
