/** One row of docs/names.md: the names in C and Python, the name here, and an example. */
export interface Row {
  /** The heading above this row and those that follow. */
  section?: string;
  /** Its name in C, with `()` if it is a function; empty if C has none. */
  c: string;
  /** Its name in Python's `socket` module, or `socket.` and the method of a socket; empty if Python has none. */
  python: string;
  /** The module and the export or member: `module: name` or `module: Class.member`. Several are separated by commas. */
  ours: string;
  /** One line of TypeScript. */
  example?: string;
  /** Instead of an example: why there is none. */
  note?: string;
}

/** Functions, methods, structures and classes. Constants are in the table of `./ffi` under their own names. */
export const ROWS: readonly Row[] = [
  {
    section: "Sockets",
    c: "socket()",
    python: "socket, SocketType",
    ours: "socket: Socket.open",
    example: "Socket.open(C.AF_INET, C.SOCK_STREAM)",
  },
  {
    c: "socketpair()",
    python: "socketpair",
    ours: "unix: socketPair, socket: Socket.pair",
    example: 'const [left, right] = socketPair("stream")',
  },
  {
    c: "bind()",
    python: "socket.bind",
    ours: "inet: UdpSocket.bind, socket: Socket.bind",
    example: "UdpSocket.bind({ port: 50000 })",
  },
  {
    c: "listen()",
    python: "socket.listen, create_server",
    ours: "inet: TcpListener.listen, socket: Socket.listen",
    example: "TcpListener.listen({ port: 50000 })",
  },
  {
    c: "accept(), accept4()",
    python: "socket.accept",
    ours: "socket: Listener.accept, socket: Socket.accept",
    example: "for await (const conn of listener) …",
  },
  {
    c: "connect()",
    python: "socket.connect, socket.connect_ex, create_connection",
    ours: "inet: TcpConn.connect, socket: Socket.connect",
    example: 'await TcpConn.connect({ hostname: "localhost", port: 50000 })',
  },
  {
    c: "read()",
    python: "socket.recv_into",
    ours: "socket: Conn.read, socket: Socket.read",
    example: "const n = await conn.read(buffer) // null is the end",
  },
  {
    c: "write()",
    python: "socket.sendall",
    ours: "socket: Conn.write, socket: Socket.write",
    example: "await conn.write(bytes) // all of them",
  },
  {
    c: "recv()",
    python: "socket.recv",
    ours: "socket: Socket.recv, socket: Conn.readable",
    example: "await conn.socket.recv(buffer, { flags: C.MSG_PEEK })",
  },
  {
    c: "send()",
    python: "socket.send",
    ours: "socket: Socket.send",
    example: "await conn.socket.send(bytes, { flags: C.MSG_OOB })",
  },
  {
    c: "recvfrom()",
    python: "socket.recvfrom, socket.recvfrom_into",
    ours: "socket: DatagramSocket.receive, socket: Socket.recvfrom",
    example: "const { data, addr } = await udp.receive()",
  },
  {
    c: "sendto()",
    python: "socket.sendto",
    ours: "socket: DatagramSocket.send, socket: Socket.sendto",
    example: "await udp.send(data, { addr })",
  },
  {
    c: "recvmsg()",
    python: "socket.recvmsg, socket.recvmsg_into, recv_fds",
    ours: "unix: UnixConn.receiveMessage, inet: InetDatagramSocket.receiveMessage, socket: Socket.recvmsg",
    example: "const { data, fds } = await conn.receiveMessage({ maxFds: 1 })",
  },
  {
    c: "sendmsg()",
    python: "socket.sendmsg, send_fds",
    ours: "unix: UnixConn.sendMessage, inet: InetDatagramSocket.sendMessage, socket: Socket.sendmsg",
    example: "await conn.sendMessage({ data, fds: [fd] })",
  },
  {
    c: "recvmmsg()",
    python: "",
    ours: "socket: Socket.recvmmsg, socket: MessageBatch",
    example: "await udp.receiveBatch(batch)",
  },
  {
    c: "sendmmsg()",
    python: "",
    ours: "socket: Socket.sendmmsg, socket: MessageBatch",
    example: "await udp.sendBatch(batch)",
  },
  {
    c: "shutdown()",
    python: "socket.shutdown",
    ours: "socket: Conn.closeWrite, socket: Socket.shutdown",
    example: "await conn.closeWrite()",
  },
  {
    c: "close()",
    python: "socket.close, close",
    ours: "socket: SocketOwner.close, ffi: closeFd",
    example: "using conn = await TcpConn.connect(…)",
  },
  { c: "sendfile()", python: "socket.sendfile", ours: "socket: sendFile", example: "await sendFile(conn, fd)" },
  { c: "splice()", python: "", ours: "socket: relay", example: "await relay(left, right)" },
  {
    c: "select(), poll()",
    python: "",
    ours: "socket: poll",
    example: 'await poll([{ socket: conn, events: ["read"] }])',
  },
  { c: "sockatmark()", python: "", ours: "socket: Socket.atUrgentMark", example: "conn.socket.atUrgentMark()" },
  {
    c: "dup()",
    python: "socket.dup, dup",
    ours: "socket: Socket.dup",
    example: "const twin = new TcpConn(conn.socket.dup())",
  },
  { c: "fileno()", python: "socket.fileno", ours: "socket: Descriptor.fd", example: "conn.socket.fd" },
  { c: "", python: "socket.detach", ours: "socket: SocketOwner.detach", example: "const fd = conn.detach()" },
  { c: "", python: "fromfd", ours: "socket: Socket.fromFd", example: "new TcpConn(Socket.fromFd(fd))" },
  {
    section: "Addresses of a socket",
    c: "getsockname()",
    python: "socket.getsockname",
    ours: "socket: Conn.localAddr, socket: Descriptor.localSockaddr",
    example: "conn.localAddr",
  },
  {
    c: "getpeername()",
    python: "socket.getpeername",
    ours: "socket: Conn.remoteAddr, socket: Descriptor.peerSockaddr",
    example: "conn.remoteAddr",
  },
  {
    section: "Settings of a socket",
    c: "getsockopt()",
    python: "socket.getsockopt",
    ours: "socket: Descriptor.get, socket: Descriptor.getOption",
    example: "conn.socket.get(SO_RCVBUF)",
  },
  {
    c: "setsockopt()",
    python: "socket.setsockopt",
    ours: "socket: Descriptor.set, socket: Descriptor.setOption",
    example: "conn.socket.set(SO_RCVBUF, 1 << 20)",
  },
  {
    c: "fcntl(O_NONBLOCK)",
    python: "socket.setblocking, socket.getblocking",
    ours: "",
    note: "every socket is non-blocking, and waits by a promise; blocking calls are in ./blocking",
  },
  {
    c: "",
    python: "socket.settimeout, socket.gettimeout, socket.timeout, setdefaulttimeout, getdefaulttimeout",
    ours: "socket: WaitOptions",
    example: "await conn.read(buffer, { timeout: 1000 })",
  },
  {
    c: "fcntl(FD_CLOEXEC)",
    python: "socket.set_inheritable, socket.get_inheritable",
    ours: "",
    note: "always close-on-exec",
  },
  {
    c: "SO_DOMAIN, SO_TYPE, SO_PROTOCOL",
    python: "socket.family, socket.type, socket.proto",
    ours: "socket: SO_DOMAIN, socket: SO_TYPE, socket: SO_PROTOCOL",
    example: "conn.socket.get(SO_DOMAIN)",
  },
  {
    c: "fdopen()",
    python: "socket.makefile, SocketIO",
    ours: "socket: Conn.readable, socket: Conn.writable",
    example: "conn.readable.pipeThrough(new TextDecoderStream())",
  },
  {
    c: "",
    python: "socket.sendmsg_afalg",
    ours: "socket: Socket.sendmsg",
    note: "control messages by encodeControlMessages()",
  },
  {
    section: "Structures and byte order",
    c: "struct sockaddr",
    python: "",
    ours: "inet: encodeSockaddr, inet: decodeSockaddr",
    example: "encodeSockaddr(C.AF_INET, data)",
  },
  {
    c: "struct sockaddr_in, struct sockaddr_in6",
    python: "",
    ours: "inet: encodeInetSockaddr, inet: decodeInetSockaddr",
    example: 'encodeInetSockaddr({ hostname: "127.0.0.1", port: 80 })',
  },
  {
    c: "struct sockaddr_un",
    python: "",
    ours: "unix: encodeSockaddrUn, unix: decodeSockaddrUn",
    example: 'encodeSockaddrUn({ path: "/run/x" })',
  },
  {
    c: "struct sockaddr_ll",
    python: "",
    ours: "packet: encodeSockaddrLl, packet: decodeSockaddrLl",
    example: "encodeSockaddrLl({ protocol: C.ETH_P_IP })",
  },
  {
    c: "struct cmsghdr, CMSG_NXTHDR()",
    python: "",
    ours: "socket: encodeControlMessages, socket: decodeControlMessages",
    example: "decodeControlMessages(control)",
  },
  { c: "CMSG_SPACE()", python: "CMSG_SPACE", ours: "socket: controlMessageSpace", example: "controlMessageSpace(4)" },
  {
    c: "CMSG_LEN()",
    python: "CMSG_LEN",
    ours: "",
    note: "16 bytes of header and the data; encodeControlMessages() sets it",
  },
  { c: "htons()", python: "htons", ours: "inet: htons", example: "htons(80)" },
  { c: "htonl()", python: "htonl", ours: "inet: htonl", example: "htonl(1)" },
  { c: "ntohs()", python: "ntohs", ours: "inet: ntohs", example: "ntohs(0x5000)" },
  { c: "ntohl()", python: "ntohl", ours: "inet: ntohl", example: "ntohl(1)" },
  {
    c: "inet_aton()",
    python: "inet_aton",
    ours: "inet: inetAton",
    example: 'inetAton("127.1") // null where C returns 0',
  },
  {
    c: "inet_ntoa()",
    python: "inet_ntoa",
    ours: "inet: inetNtoa",
    example: "inetNtoa(new Uint8Array([127, 0, 0, 1]))",
  },
  { c: "inet_pton()", python: "inet_pton", ours: "inet: inetPton", example: 'inetPton(C.AF_INET6, "::1")' },
  { c: "inet_ntop()", python: "inet_ntop", ours: "inet: inetNtop", example: "inetNtop(C.AF_INET, bytes)" },
  {
    section: "Names",
    c: "getaddrinfo(), struct addrinfo",
    python: "getaddrinfo, AddressInfo",
    ours: "inet: getaddrinfo",
    example: 'await getaddrinfo("localhost", 80)',
  },
  {
    c: "getnameinfo()",
    python: "getnameinfo",
    ours: "inet: getnameinfo",
    example: 'await getnameinfo({ hostname: "::1", port: 22 })',
  },
  {
    c: "gethostbyname(), struct hostent",
    python: "gethostbyname, gethostbyname_ex",
    ours: "inet: gethostbyname",
    example: 'await gethostbyname("localhost")',
  },
  {
    c: "gethostbyaddr()",
    python: "gethostbyaddr, getfqdn",
    ours: "inet: gethostbyaddr",
    example: 'await gethostbyaddr("127.0.0.1")',
  },
  {
    c: "getservbyname(), struct servent",
    python: "getservbyname",
    ours: "inet: getservbyname",
    example: 'await getservbyname("http")',
  },
  { c: "getservbyport()", python: "getservbyport", ours: "inet: getservbyport", example: "await getservbyport(80)" },
  {
    c: "getprotobyname(), struct protoent",
    python: "getprotobyname",
    ours: "inet: getprotobyname",
    example: 'getprotobyname("icmp")?.number',
  },
  { c: "getprotobynumber()", python: "", ours: "inet: getprotobynumber", example: "getprotobynumber(6)?.name" },
  { c: "gethostname()", python: "gethostname", ours: "inet: gethostname", example: "gethostname()" },
  { c: "sethostname()", python: "sethostname", ours: "", note: "not a matter of sockets" },
  {
    c: "if_nametoindex()",
    python: "if_nametoindex",
    ours: "inet: ifNametoindex, socket: interfaceIndex",
    example: 'ifNametoindex("lo")',
  },
  {
    c: "if_indextoname()",
    python: "if_indextoname",
    ours: "inet: ifIndextoname, socket: interfaceName",
    example: "ifIndextoname(1)",
  },
  { c: "if_nameindex()", python: "if_nameindex", ours: "inet: interfaces", example: "interfaces()" },
  {
    c: "ioctl(SIOCGIF…), ioctl(SIOCSIF…), struct ifreq",
    python: "",
    ours: "socket: readInterface, socket: writeInterface",
    example: 'readInterface(socket, "eth0", SIOCGIFMTU)',
  },
  {
    c: "MSG_ZEROCOPY",
    python: "",
    ours: "socket: ZeroCopyWriter",
    example: "await new ZeroCopyWriter(conn.socket).write(bytes)",
  },
  { c: "mmap(), munmap()", python: "", ours: "ffi: libc, ffi: copyMemory", example: "libc().mmap(0n, 4096n, …)" },
  { c: "getifaddrs()", python: "", ours: "inet: interfaces, ffi: getifaddrs", example: "interfaces()" },
  {
    section: "Errors",
    c: "errno, perror(), strerror()",
    python: "error",
    ours: "ffi: isSystemError, ffi: errnoMessage",
    example: 'isSystemError(error, "ECONNREFUSED")',
  },
  { c: "gai_strerror()", python: "gaierror, herror", ours: "ffi: eaiName", example: 'error.code === "EAI_NONAME"' },
  { c: "", python: "timeout", ours: "socket: WaitOptions", example: 'error.name === "TimeoutError"' },
  {
    c: "",
    python: "has_dualstack_ipv6, has_ipv6",
    ours: "inet: IPV6_V6ONLY",
    example: 'TcpListener.listen({ hostname: "::", ipv6Only: false, port })',
  },
  {
    c: "",
    python: "AddressFamily, SocketKind, MsgFlag",
    ours: "ffi: C",
    example: "C.AF_INET, C.SOCK_STREAM, C.MSG_PEEK",
  },
  {
    section: "Calls that block",
    c: "bind(), listen(), connect(), accept() that block",
    python: "socket.bind, socket.listen, socket.connect, socket.accept",
    ours: "blocking: BlockingSocket.open, blocking: BlockingSocket.connect, blocking: BlockingSocket.accept",
    example: "BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec }).connect(addr)",
  },
  {
    c: "recv(), recvfrom(), recvmsg(), recvmmsg() that block",
    python: "socket.recv, socket.recv_into, socket.recvfrom, socket.recvmsg",
    ours: "blocking: BlockingSocket.recv, blocking: BlockingSocket.recvfrom, blocking: BlockingSocket.recvmsg, " +
      "blocking: BlockingSocket.recvmmsg",
    example: "const n = socket.recv(buffer, { timeout: 1000 }) // 0 is the end",
  },
  {
    c: "send(), sendto(), sendmsg(), sendmmsg() that block",
    python: "socket.send, socket.sendall, socket.sendto, socket.sendmsg",
    ours: "blocking: BlockingSocket.send, blocking: BlockingSocket.sendall, blocking: BlockingSocket.sendto, " +
      "blocking: BlockingSocket.sendmsg, blocking: BlockingSocket.sendmmsg",
    example: "socket.sendall(bytes)",
  },
  {
    c: "poll(), select() that block",
    python: "",
    ours: "blocking: poll",
    example: 'poll([{ socket, events: ["read"] }], { timeout: 1000 })',
  },
  {
    c: "setsockopt(SO_RCVTIMEO)",
    python: "socket.settimeout, socket.gettimeout",
    ours: "blocking: BlockingSocket.timeout",
    example: "socket.timeout = 1000 // milliseconds",
  },
  {
    c: "fgets(), getline()",
    python: "socket.makefile",
    ours: "blocking: LineReader",
    example: "for (const line of new LineReader(socket)) …",
  },
  {
    c: "shutdown() that blocks",
    python: "socket.shutdown",
    ours: "blocking: BlockingSocket.shutdown",
    example: "socket.shutdown(C.SHUT_WR)",
  },
  {
    section: "Constants by another name",
    c: "AF_SMC, SMCPROTO_SMC, SMCPROTO_SMC6",
    python: "",
    ours: "smc: AF_SMC, smc: SMCPROTO_SMC, smc: SMCPROTO_SMC6",
    example: "SmcListener.listen({ port })",
  },
  {
    c: "AF_LOCAL, PF_UNIX, PF_INET, PF_…",
    python: "",
    ours: "ffi: C",
    example: "C.AF_UNIX, C.AF_INET // the same numbers",
  },
  {
    c: "INADDR_ANY, INADDR_LOOPBACK, INADDR_BROADCAST",
    python: "INADDR_ANY, INADDR_LOOPBACK, INADDR_BROADCAST",
    ours: "inet: NetAddr",
    example: 'hostname: "0.0.0.0", "127.0.0.1", "255.255.255.255"',
  },
  { c: "INADDR_NONE", python: "INADDR_NONE", ours: "inet: inetAton", example: "null" },
  {
    c: "SOL_IP, SOL_TCP, SOL_UDP",
    python: "SOL_IP, SOL_TCP, SOL_UDP",
    ours: "ffi: C",
    example: "C.IPPROTO_IP, C.IPPROTO_TCP, C.IPPROTO_UDP // the same numbers",
  },
  {
    c: "EAGAIN, EWOULDBLOCK, EBADF",
    python: "EAGAIN, EWOULDBLOCK, EBADF",
    ours: "ffi: isSystemError",
    example: 'isSystemError(error, "EBADF")',
  },
  {
    c: "IPV6_JOIN_GROUP, IPV6_LEAVE_GROUP, IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP",
    python: "IPV6_JOIN_GROUP, IPV6_LEAVE_GROUP",
    ours: "inet: UdpSocket",
    example: 'udp.joinMulticast("239.255.0.17", { interface: "eth0" })',
  },
  { c: "NI_MAXHOST, NI_MAXSERV", python: "NI_MAXHOST, NI_MAXSERV", ours: "", note: "no buffer has to be sized" },
  {
    c: "CAN_BCM_TX_SETUP, CAN_BCM_RX_SETUP, CAN_BCM_…",
    python: "CAN_BCM_*",
    ours: "can: BcmSocket",
    example: "await manager.sendEvery(100, frames)",
  },
  {
    c: "TIPC_ADDR_NAME, TIPC_NODE_SCOPE, TIPC_PUBLISHED, TIPC_…",
    python: "TIPC_*",
    ours: "tipc: TipcAddr, tipc: watchServices",
    example: 'TipcDatagramSocket.bind({ service: 1000, instance: 1, scope: "node" })',
  },
  {
    section: "The documents' own",
    c: "listen(fd, 5); accept() of AF_SMC",
    python: "",
    ours: "smc: SmcListener",
    example: 'SmcListener.listen({ hostname: "0.0.0.0", port: 50000 })',
  },
  {
    c: "timeit(), send_message(), recv_message()",
    python: "",
    ours: "rpc: encodeFrame, rpc: FrameDecoder",
    example: "new RpcClient(conn)",
  },
];

/** Names in Python's module that are imported modules or implementation details. */
export const OF_PYTHON: readonly string[] = ["IntEnum", "IntFlag", "array", "errno", "io", "os", "selectors", "sys"];

/**
 * Constants of Python's module that have no name here, by pattern, and why. Numbers go by `Socket.open` and
 * `setOption`.
 */
export const LEFT_OUT: readonly [pattern: RegExp, reason: string][] = [
  [/^(_.*|CAPI)$/, "Python's own"],
  [/^(PF_CAN|PF_PACKET|PF_RDS|AF_ROUTE|SOL_RDS|SOL_CAN_BASE)$/, "another name of an AF_ or a number"],
  [
    /^IPPORT_|^IP_DEFAULT_|^IP_MAX_MEMBERSHIPS$|^INADDR_(ALLHOSTS|MAX_LOCAL|UNSPEC)_GROUP$/,
    "limits that the kernel holds",
  ],
  [/^(IPPROTO_HOPOPTS|IPV6_NEXTHOP|IPV6_RTHDR_TYPE_0|IP_RECVRETOPTS)$/, "old, or of extension headers"],
  [/^NETLINK_/, "families of netlink that nobody asked for"],
  [/^PACKET_(FASTROUTE|LOOPBACK)$/, "kinds of packets that user space does not see"],
  [/^(J1939_|SCM_J1939_)/, "of J1939's error queue, and limits"],
  [/^ALG_(OP_SIGN|OP_VERIFY|SET_PUBKEY)$/, "never in a released kernel"],
  [/^BDADDR_(ANY|LOCAL)$/, "the addresses 00:00:00:00:00:00, for any adapter, and 00:00:00:FF:FF:FF"],
  [/^VM_SOCKETS_INVALID_VERSION$/, "of VMware's old module"],
];
