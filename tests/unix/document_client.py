"""The client of the unix sockets document, at the path in its argument, with the command in its second."""
import socket
import sys

sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)

sock.connect(sys.argv[1])
sock.send(sys.argv[2].encode())

len_data_bytes = sock.recv(4)
len_data = int.from_bytes(len_data_bytes, sys.byteorder, signed=True)
print(len_data)

data = sock.recv(len_data)
print(data.decode())
