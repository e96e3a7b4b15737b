"""The server of the course's last document, call by call as it is there: one connection at a time, one call each, two
sends a reply, and what it prints. Only the port is free, and what it prints after the first line goes to /dev/null.
"""
import json
import os
import socket
import struct
import sys

store = {"name": 1}
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 0))
server.listen()
print("listening on %s:%d" % server.getsockname(), flush=True)
sys.stdout = open(os.devnull, "w")


def receive(conn):
    head = conn.recv(8)
    if len(head) < 8:
        return None
    version, length = struct.unpack("ii", head)
    return json.loads(conn.recv(length).decode())


def send(conn, reply):
    text = json.dumps(reply)
    conn.send(struct.pack("ii", 1, len(text)))
    conn.send(text.encode())


def run(call):
    func, params = call["func"], call["params"]
    if func == "GET":
        return {"func": "GET", "response": {"obj": params["obj"], "val": store.get(params["obj"])}}
    if func == "PUT":
        store[params["obj"]] = params["val"]
        return {"func": "PUT", "response": {"obj": params["obj"], "response": "ok"}}
    return {"func": func, "response": "ERROR - Function doesn't exist"}


while True:
    conn, address = server.accept()
    try:
        print("got message from ", address)
        call = receive(conn)
        if call:
            result = run(call)
            print("result", result)
            send(conn, {"status": "OK", "response": result})
        else:
            send(conn, {"status": "ERROR"})
    except OSError:
        pass  # at the end of a measurement the client resets its connections
    conn.close()
