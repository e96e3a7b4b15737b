"""Reads and sets options of another process's sockets, one request a line: PID FD get|set LEVEL NAME ARGUMENT.

LEVEL and NAME are C names, which Python's socket module knows, or numbers. ARGUMENT is a size to get, an expression of
bytes to set. The answer is the bytes in hexadecimal, or the error's name.
"""
import ctypes
import errno
import os
import socket
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
PIDFD_GETFD = 438


def number(text):
    return int(text) if text.lstrip("-").isdigit() else getattr(socket, text)


def answer(pid, fd, action, level, name, argument):
    pidfd = os.pidfd_open(int(pid))
    taken = libc.syscall(PIDFD_GETFD, pidfd, int(fd), 0)
    os.close(pidfd)
    if taken < 0:
        return errno.errorcode[ctypes.get_errno()]
    with socket.socket(fileno=taken) as sock:
        try:
            if action == "get":
                return sock.getsockopt(number(level), number(name), int(argument)).hex()
            sock.setsockopt(number(level), number(name), eval(argument, {"struct": struct, "socket": socket}))
            return "ok"
        except OSError as error:
            return errno.errorcode[error.errno]


print("ready", flush=True)
for line in sys.stdin:
    print(answer(*line.rstrip("\n").split(" ", 5)), flush=True)
