"""HTTP by Python's http.server and http.client, over TCP or AF_VSOCK.

  http_peer.py serve tcp HOST               prints its port; answers with the client's address and the path, or the body
  http_peer.py serve vsock CID              the same
  http_peer.py get vsock CID PORT PATH...   asks for each path on one connection; prints "STATUS BODY" each
  http_peer.py post vsock CID PORT PATH     sends its standard input; prints the same
"""
import http.client
import http.server
import socket
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(f"{self.client_address[0]} {self.path}".encode())

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class VsockServer(http.server.ThreadingHTTPServer):
    address_family = getattr(socket, "AF_VSOCK", None)

    def server_bind(self):  # that of HTTPServer asks for the name of a host
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()


class VsockClient(http.client.HTTPConnection):
    def __init__(self, cid, port):
        super().__init__("vsock")
        self.target = (cid, port)

    def connect(self):
        self.sock = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
        self.sock.connect(self.target)


what, family, host, *rest = sys.argv[1:]
if what == "serve":
    if family == "vsock":
        server = VsockServer((int(host), socket.VMADDR_PORT_ANY), Handler)
    else:
        server = http.server.ThreadingHTTPServer((host, 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
client = VsockClient(int(host), int(rest[0]))
for path in rest[1:]:
    body = sys.stdin.buffer.read() if what == "post" else None
    client.request(what.upper(), path, body)
    response = client.getresponse()
    print(response.status, response.read().decode(), flush=True)
