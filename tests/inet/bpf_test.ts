import { UdpSocket } from "../../inet/mod.ts";
import {
  poll,
  SO_ATTACH_BPF,
  SO_ATTACH_REUSEPORT_EBPF,
  SO_DETACH_FILTER,
  SO_DETACH_REUSEPORT_BPF,
} from "../../socket/mod.ts";
import { type OwnedFd, UnixSeqpacketListener } from "../../unix/mod.ts";
import { assertEquals, spawn, test } from "../runner/mod.ts";

/** Loads a program for each number, which only returns it, and passes their descriptors. */
const LOADER = `import ctypes, platform, socket, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
SYS_BPF = {"x86_64": 321, "aarch64": 280}[platform.machine()]
def load(result):
    code = ctypes.create_string_buffer(struct.pack("=BBhi", 0xb7, 0, 0, result) + struct.pack("=BBhi", 0x95, 0, 0, 0))
    licence = ctypes.create_string_buffer(b"MIT")
    # union bpf_attr { __u32 prog_type, insn_cnt; __u64 insns, license; ... }, BPF_PROG_TYPE_SOCKET_FILTER
    attr = ctypes.create_string_buffer(struct.pack("=IIQQ", 1, 2, ctypes.addressof(code), ctypes.addressof(licence)), 72)
    fd = libc.syscall(SYS_BPF, 5, attr, 72)
    if fd < 0: sys.exit("bpf: errno " + str(ctypes.get_errno()))
    return fd
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect("\\0" + sys.argv[1])
socket.send_fds(s, [b"programs"], [load(int(n)) for n in sys.argv[2:]])`;

async function load(...results: number[]): Promise<readonly OwnedFd[]> {
  using listener = UnixSeqpacketListener.listen({ autobind: true });
  const { abstract } = listener.addr as { abstract: string };
  await using python = spawn("python3", ["-c", LOADER, abstract, ...results.map(String)]);
  using conn = await listener.accept({ timeout: 10_000 });
  const message = await conn.receiveMessage({ buffer: new Uint8Array(16), maxFds: results.length });
  const { code, stderr } = await python.exit;
  assertEquals([code, message?.fds.length], [0, results.length], stderr);
  return message?.fds ?? [];
}

const OPTIONS = { needs: ["python3", "CAP_BPF"] } as const;

test("SO_ATTACH_BPF drops what the program rejects, until it is detached", OPTIONS, async () => {
  const [none] = await load(0);
  using receiver = UdpSocket.bind({ hostname: "127.0.0.1" });
  receiver.socket.set(SO_ATTACH_BPF, none?.fd ?? -1);
  none?.close();
  await receiver.send(new Uint8Array(1), { addr: receiver.localAddr });
  assertEquals(await poll([{ socket: receiver }], { timeout: 50 }), []);
  receiver.socket.set(SO_DETACH_FILTER, true);
  await receiver.send(new Uint8Array(2), { addr: receiver.localAddr });
  assertEquals((await receiver.receive({ timeout: 2000 })).data.length, 2);
});

test("SO_ATTACH_REUSEPORT_EBPF chooses the socket of the group", OPTIONS, async () => {
  const programs = await load(0, 1);
  using one = UdpSocket.bind({ hostname: "127.0.0.1", reusePort: true });
  using two = UdpSocket.bind({ hostname: "127.0.0.1", port: one.localAddr.port, reusePort: true });
  for (const [i, program] of programs.entries()) {
    one.socket.set(SO_ATTACH_REUSEPORT_EBPF, program.fd);
    program.close();
    for (let round = 0; round < 20; round++) {
      using sender = UdpSocket.bind({ hostname: "127.0.0.1" });
      await sender.send(new Uint8Array([round]), { addr: one.localAddr });
      assertEquals((await (i === 0 ? one : two).receive({ timeout: 2000 })).data[0], round);
    }
  }
  one.socket.set(SO_DETACH_REUSEPORT_BPF, true);
});
