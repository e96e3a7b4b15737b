import { checkBytes } from "../checks/check_bytes.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import { type ControlMessage, encodeControlMessages } from "../socket/control_message.ts";
import { openSocket } from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";
import { type AlgAddr, encodeSockaddrAlg } from "./sockaddr_alg.ts";

/** Opens an algorithm, with its key. */
export function openAlgorithm(addr: AlgAddr, key: Uint8Array | undefined): Socket {
  const sockaddr = encodeSockaddrAlg(addr);
  return openSocket({
    open: () => Socket.open(C.AF_ALG, C.SOCK_SEQPACKET),
    bind: (socket) => {
      socket.bind(sockaddr, `${addr.type} ${addr.name}`);
      if (key !== undefined) socket.setOption(C.SOL_ALG, C.ALG_SET_KEY, key);
    },
  }, {});
}

/**
 * The control data of a cipher: whether to encrypt, the initialization vector, and the length of the associated data.
 */
export function cipherControl(encrypt: boolean, iv: Uint8Array | undefined, associated?: number): Uint8Array {
  const messages: ControlMessage[] = [word(C.ALG_SET_OP, encrypt ? C.ALG_OP_ENCRYPT : C.ALG_OP_DECRYPT)];
  if (iv !== undefined) {
    // struct af_alg_iv { __u32 ivlen; __u8 iv[]; };
    const data = new Uint8Array(4 + iv.length);
    new DataView(data.buffer).setUint32(0, iv.length, HOST_LITTLE_ENDIAN);
    data.set(iv, 4);
    messages.push({ level: C.SOL_ALG, type: C.ALG_SET_IV, data });
  }
  if (associated !== undefined) messages.push(word(C.ALG_SET_AEAD_ASSOCLEN, associated));
  return encodeControlMessages(messages);
}

/** Sends all data, however little the kernel takes per call; `more` says that more data follows. */
export async function sendAll(operation: Socket, data: Uint8Array, more: boolean, control?: Uint8Array): Promise<void> {
  checkBytes(data);
  let sent = 0;
  do {
    const buffers = [data.subarray(sent)];
    sent += await operation.sendmsg(
      sent === 0 && control !== undefined ? { buffers, control } : { buffers },
      { flags: more ? C.MSG_MORE : 0 },
    );
  } while (sent < data.length);
}

/** Receives exactly `length` bytes. */
export async function receiveAll(operation: Socket, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const n = await operation.recv(bytes.subarray(at));
    if (n === 0) throw new Error(`Cannot continue: the algorithm returned ${at} of ${length} bytes`);
    at += n;
  }
  return bytes;
}

function word(type: number, value: number): ControlMessage {
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, value, HOST_LITTLE_ENDIAN);
  return { level: C.SOL_ALG, type, data };
}
