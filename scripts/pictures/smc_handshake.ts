import { Picture } from "./picture.ts";

const [CLIENT, SERVER, ASIDE, WIDTH] = [100, 490, 580, 256];

/** How a connection becomes SMC, and where it falls back to TCP. */
export function smcHandshake(): string {
  const picture = new Picture(860, 532);
  for (const [x, name] of [[CLIENT, "client"], [SERVER, "server"]] as const) {
    picture.label(x - 60, 24, 120, 40, "blue", [name]);
    picture.raw(`<line class="line" x1="${x}" y1="64" x2="${x}" y2="424"/>`);
  }
  step(104, "TCP SYN", "with an option that says: I have SMC", true);
  step(162, "TCP SYN ACK", "with the same option", false);
  step(244, "CLC proposal", "devices, subnet or UEIDs, SMC-R and SMC-D", true);
  step(302, "CLC accept", "the buffers, the device, the version", false);
  step(384, "CLC confirm", "and for SMC-R, a test of the RDMA link", true);
  picture.box(CLIENT - 60, 424, SERVER - CLIENT + 120, 84, "green", 10);
  picture.arrow([[295, 466], [CLIENT + 14, 466]], "green");
  picture.arrow([[295, 466], [SERVER - 14, 466]], "green");
  picture.text((CLIENT + SERVER) / 2, 452, "data by shared memory, past TCP", "bold", "middle");
  picture.text((CLIENT + SERVER) / 2, 490, "the TCP connection stays, and tells of the end", "soft small", "middle");

  fallback(162, "no option came back", "PEERNOSMC");
  fallback(302, "decline, with a reason", "NOSMCRDEV, DIFFPREFIX, NOUEID …");
  fallback(384, "no confirm in time", "TIMEOUT_CL");
  picture.label(ASIDE, 440, WIDTH, 52, "amber", ["the connection stays TCP", "conn.smc() has the reason"]);
  picture.arrow([[708, 412], [708, 440]], "amber");
  return picture.toString(
    "SMC's handshake and fallback",
    "The client sends a TCP SYN with an option that says it has SMC; the server answers with the same option, or the connection " +
      "stays TCP with the reason PEERNOSMC. The client proposes its devices; the server accepts, or declines with a reason, such " +
      "as NOSMCRDEV. The client confirms; if that does not come in time, the reason is TIMEOUT_CL. Then data goes by shared " +
      "memory, past TCP. conn.smc() tells the reason of a fallback.",
  );

  function step(y: number, name: string, what: string, toServer: boolean): void {
    picture.arrow(toServer ? [[CLIENT, y], [SERVER, y]] : [[SERVER, y], [CLIENT, y]], "blue");
    picture.text((CLIENT + SERVER) / 2, y - 8, name, "bold", "middle");
    picture.text((CLIENT + SERVER) / 2, y + 18, what, "soft small", "middle");
  }

  function fallback(y: number, when: string, reason: string): void {
    picture.arrow([[SERVER, y], [ASIDE, y]], "amber dashed");
    picture.label(ASIDE, y - 28, WIDTH, 56, "amber", [when, reason]);
  }
}
