"""Measures the echoes of a program whose other clients wait for something that blocks: `blocked_threads.py CLIENTS PROGRAM…`.

It runs in namespaces of its own, in which 127.0.0.1:53 is the name server. The first client of the program is echoed;
from then on the name server is silent. CLIENTS more connect, which makes the program begin as many blocking calls.
"""
import socket, subprocess, sys, threading, time

HOST = "127.0.0.1"
silent = threading.Event()


def serve_names():
    """Every name has the address 127.0.0.1, and no other."""
    while True:
        query, client = names.recvfrom(512)
        if silent.is_set():
            continue
        end = query.index(0, 12) + 5
        is_a = query[end - 4 : end - 2] == b"\0\1"
        answer = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + bytes([127, 0, 0, 1])
        head = query[:2] + b"\x81\x80\0\1" + (b"\0\1" if is_a else b"\0\0") + bytes(4)
        names.sendto(head + query[12:end] + (answer if is_a else b""), client)


def serve_echo():
    conn, _ = target.accept()
    while data := conn.recv(64):
        conn.sendall(data)


names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
names.bind((HOST, 53))
target = socket.create_server((HOST, 7000))
for serve in serve_names, serve_echo:
    threading.Thread(target=serve, daemon=True).start()
count, *command = sys.argv[1:]
program = subprocess.Popen(command, stdout=subprocess.PIPE)
program.stdout.readline()
first = socket.create_connection((HOST, 7001))


def echo():
    begin = time.monotonic()
    first.sendall(b"x")
    first.recv(1)
    return (time.monotonic() - begin) * 1000


first.settimeout(20)
echo()
silent.set()
others = [socket.create_connection((HOST, 7001)) for _ in range(int(count))]
time.sleep(0.3)
longest = 0
for _ in range(20):
    longest = max(longest, echo())
    time.sleep(0.02)
program.kill()
print(longest)
