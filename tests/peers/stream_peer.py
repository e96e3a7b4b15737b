"""Python's sockets at the other end of a stream test.

Commands come on standard input and answers go to standard output, both as frames:

    u32 length of the head, u32 length of the body (big endian), the head as JSON, the body

A command's head is {"id", "do", ...}; its answer's is {"id", ...} or {"id", "error"}. Commands of one direction of one
connection run in their order, everything else at once.
"""
import hashlib
import json
import os
import queue
import socket
import struct
import sys
import threading

CHUNK = 1 << 18
lock = threading.Lock()
sockets = {}
workers = {}


def answer(head, body=b""):
    text = json.dumps(head).encode()
    with lock:
        sys.stdout.buffer.write(struct.pack(">II", len(text), len(body)) + text)
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()


def keep(sock):
    number = len(sockets)
    sockets[number] = sock
    return {"socket": number}


def address_of(value):
    return tuple(value) if isinstance(value, list) else value


def listen(command):
    sock = socket.socket(command["family"], socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(address_of(command["address"]))
    sock.listen(16)
    return {**keep(sock), "address": sock.getsockname()}


def accept(command):
    return keep(sockets[command["socket"]].accept()[0])


def connect(command):
    sock = socket.socket(command["family"], socket.SOCK_STREAM)
    sock.connect(address_of(command["address"]))
    return keep(sock)


def read(command):
    return {}, sockets[command["socket"]].recv(command["length"])


def write(command, body):
    sockets[command["socket"]].sendall(body)
    return {}


def send_bulk(command, _):
    sock, left, digest = sockets[command["socket"]], command["length"], hashlib.sha256()
    while left > 0:
        part = os.urandom(min(CHUNK, left))
        digest.update(part)
        sock.sendall(part)
        left -= len(part)
    return {"digest": digest.hexdigest()}


def receive_bulk(command):
    sock, left, digest = sockets[command["socket"]], command["length"], hashlib.sha256()
    while left > 0:
        part = sock.recv(min(CHUNK, left))
        if not part:
            raise EOFError(f"the stream ended {left} bytes early")
        digest.update(part)
        left -= len(part)
    return {"digest": digest.hexdigest()}


def close_write(command, _):
    sockets[command["socket"]].shutdown(socket.SHUT_WR)
    return {}


def close(command):
    sockets[command["socket"]].close()
    return {}


def reset(command):
    sock = sockets[command["socket"]]
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
    return {}


READS = {"accept": accept, "read": read, "receiveBulk": receive_bulk}
WRITES = {"write": write, "sendBulk": send_bulk, "closeWrite": close_write}
OTHERS = {"listen": listen, "connect": connect, "close": close, "reset": reset}


def run(function, command, *rest):
    try:
        result = function(command, *rest)
        head, body = result if isinstance(result, tuple) else (result, b"")
        answer({"id": command["id"], **head}, body)
    except Exception as error:
        answer({"id": command["id"], "error": f"{type(error).__name__}: {error}"})


def enqueue(direction, function, command, *rest):
    key = (command["socket"], direction)
    if key not in workers:
        workers[key] = queue.Queue()
        threading.Thread(target=work, args=(workers[key],), daemon=True).start()
    workers[key].put((function, command, *rest))


def work(jobs):
    while True:
        run(*jobs.get())


def exactly(length):
    data = sys.stdin.buffer.read(length)
    if len(data) < length:
        os._exit(0)
    return data


while True:
    head_length, body_length = struct.unpack(">II", exactly(8))
    command = json.loads(exactly(head_length))
    body = exactly(body_length)
    if command["do"] in READS:
        enqueue("read", READS[command["do"]], command)
    elif command["do"] in WRITES:
        enqueue("write", WRITES[command["do"]], command, body)
    else:
        run(OTHERS[command["do"]], command)
