"""The protocol of the course's last document, spoken by Python: 8 bytes of two native int32 (version 1, length), then
JSON. One call a connection, as there; `pipeline` sends many.

  rpc_peer.py serve [--drip] [--cut N]            prints "listening on HOST:PORT", serves GET and PUT
  rpc_peer.py call ADDRESS [--drip] [--cut N] JSON...      one connection a call; prints one line a reply
  rpc_peer.py pipeline ADDRESS JSON...            all calls at once on one connection; prints one line a reply
  rpc_peer.py raw ADDRESS HEX                     sends these bytes, ends its writing half; prints one line a reply

ADDRESS is HOST:PORT, or a unix socket: its path, or @ and its abstract name; after "seqpacket:" every frame is one
message. --drip sends every byte by itself, --cut N sends only the first N
bytes, then ends (a client its writing half, a server the connection). A line is "null" where no whole reply came.
"""
import argparse
import json
import socket
import struct
import sys

HEAD = struct.Struct("ii")


def frame_of(value):
    body = json.dumps(value).encode()
    return HEAD.pack(1, len(body)) + body


def receive_exactly(conn, count):
    data = b""
    while len(data) < count:
        piece = conn.recv(count - len(data))
        if not piece:
            return None
        data += piece
    return data


def receive(conn):
    if conn.type == socket.SOCK_SEQPACKET:
        message = conn.recv(1 << 20)
        if not message:
            return None
        assert HEAD.unpack_from(message) == (1, len(message) - HEAD.size), message
        return json.loads(message[HEAD.size :])
    head = receive_exactly(conn, HEAD.size)
    if head is None:
        return None
    version, length = HEAD.unpack(head)
    assert version == 1, version
    body = receive_exactly(conn, length)
    return None if body is None else json.loads(body)


def send(conn, data, options):
    data = data[: options.cut]
    if not options.drip:
        conn.sendall(data)
        return
    for byte in data:
        conn.sendall(bytes([byte]))


def connect(address):
    kind, name = socket.SOCK_STREAM, address
    if address.startswith("seqpacket:"):
        kind, name = socket.SOCK_SEQPACKET, address[len("seqpacket:") :]
    if name[0] in "@/":
        conn = socket.socket(socket.AF_UNIX, kind)
        conn.connect("\0" + name[1:] if name[0] == "@" else name)
        return conn
    host, port = address.rsplit(":", 1)
    conn = socket.create_connection((host.strip("[]"), int(port)))
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return conn


def run(store, call):
    func, params = call["func"], call["params"]
    if func == "GET":
        result = {"obj": params["obj"], "val": store.get(params["obj"])}
    elif func == "PUT":
        store[params["obj"]] = params["val"]
        result = {"obj": params["obj"], "response": "ok"}
    else:
        result = "ERROR - Function doesn't exist"
    return {"status": "OK", "response": {"func": func, "response": result}}


def serve(options):
    store = {}
    server = socket.create_server(("127.0.0.1", 0), backlog=128)
    print("listening on %s:%d" % server.getsockname(), flush=True)
    while True:
        conn, _ = server.accept()
        with conn:
            try:
                conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                call = receive(conn)
                send(conn, frame_of(run(store, call) if call else {"status": "ERROR"}), options)
            except OSError as error:
                print(error, file=sys.stderr)


def call(options):
    for text in options.words:
        with connect(options.address) as conn:
            send(conn, frame_of(json.loads(text)), options)
            if options.cut is not None:
                conn.shutdown(socket.SHUT_WR)
            print(json.dumps(receive(conn)), flush=True)


def pipeline(options):
    with connect(options.address) as conn:
        frames = [frame_of(json.loads(text)) for text in options.words]
        for data in frames if conn.type == socket.SOCK_SEQPACKET else [b"".join(frames)]:
            conn.sendall(data)
        for _ in options.words:
            print(json.dumps(receive(conn)), flush=True)


def raw(options):
    with connect(options.address) as conn:
        conn.sendall(bytes.fromhex(options.words[0]))
        conn.shutdown(socket.SHUT_WR)
        while (reply := receive(conn)) is not None:
            print(json.dumps(reply), flush=True)


def main():
    commands = {"serve": serve, "call": call, "pipeline": pipeline, "raw": raw}
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=commands)
    parser.add_argument("--drip", action="store_true")
    parser.add_argument("--cut", type=int)
    parser.add_argument("address", nargs="?")
    parser.add_argument("words", nargs="*")
    options = parser.parse_intermixed_args()
    commands[options.command](options)


main()
