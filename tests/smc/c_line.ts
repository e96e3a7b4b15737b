import type { SmcConnectionInfo, SmcCursor, SmcFlag, SmcSocketInfo } from "../../smc/mod.ts";

const STATES: Record<string, number> = { ACTIVE: 1, INIT: 2, CLOSED: 7, LISTEN: 10 };
const MODES = { "smc-r": 0, tcp: 1, "smc-d": 2 };
const SHUTDOWNS = { none: 0, read: 1, write: 2, both: 3 };
const PRODUCER: Partial<Record<SmcFlag, number>> = {
  "write-blocked": 0x80,
  "urgent-data-pending": 0x40,
  "urgent-data-present": 0x20,
  "consumer-update-requested": 0x10,
  "failover-validation": 0x08,
};
const STATE: Partial<Record<SmcFlag, number>> = { "done-writing": 0x80, closed: 0x40, aborted: 0x20 };

/** Writes a decoded socket as the C program `smc_diag` writes the same one. */
export function cLine(info: SmcSocketInfo): string {
  const { localAddr, remoteAddr, connection, link, fallback } = info;
  const words = [
    `family=43 state=${STATES[info.state] ?? info.state} mode=${info.mode === undefined ? 0 : MODES[info.mode]}`,
    `src=${localAddr.hostname} sport=${localAddr.port} dst=${remoteAddr.hostname} dport=${remoteAddr.port}`,
    `if=${info.interfaceIndex} uid=${info.uid} inode=${info.inode} shutdown=${SHUTDOWNS[info.shutdown]}`,
    `reason=${code(fallback?.code)} peer_diagnosis=${code(fallback?.peerCode)}`,
  ];
  if (connection !== undefined) words.push(connectionWords(connection));
  if (link !== undefined) {
    words.push(`link=${link.linkId} ibname=${link.device} ibport=${link.port} gid=${link.gid}`);
    words.push(`peer_gid=${link.peerGid} role=${link.role === "server" ? 1 : 0}`);
  }
  return words.join(" ");
}

function connectionWords(info: SmcConnectionInfo): string {
  const cursors: [string, SmcCursor][] = [
    ["rx_prod", info.receiveProduced],
    ["rx_cons", info.receiveConsumed],
    ["tx_prod", info.sendProduced],
    ["tx_cons", info.sendConsumed],
  ];
  const sending: [string, SmcCursor][] = [
    ["tx_prep", info.sendPrepared],
    ["tx_sent", info.sendSent],
    ["tx_fin", info.sendFinished],
  ];
  const flags = [info.receivedFlags, info.sentFlags].map((names) => bits(PRODUCER, names) + bits(STATE, names)).join(
    "",
  );
  const sizes = `token=${info.token} sndbuf=${info.sendBuffer} rmbe=${info.receiveBuffer}`;
  return `${sizes} peer_rmbe=${info.peerReceiveBuffer} ${cursorWords(cursors)} flags=${flags} ${cursorWords(sending)}`;
}

function cursorWords(cursors: [string, SmcCursor][]): string {
  return cursors.map(([name, { wrap, count }]) => `${name}=${wrap}:${count}`).join(" ");
}

function bits(table: Partial<Record<SmcFlag, number>>, names: SmcFlag[]): string {
  return names.reduce((sum, name) => sum | (table[name] ?? 0), 0).toString(16).padStart(2, "0");
}

function code(value = 0): string {
  return value.toString(16).padStart(8, "0");
}
