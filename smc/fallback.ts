import { type SmcFallbackReason, smcFallbackReason } from "./fallback_reason.ts";

/** Why a connection fell back to TCP. */
export interface SmcFallback {
  /** This side's code. */
  code: number;
  /** This side's reason, such as `"PEERNOSMC: The peer did not offer SMC"`. */
  reason: string;
  /** The code that the peer sent when it declined. */
  peerCode?: number;
  /** The peer's reason. */
  peerReason?: string;
  /** What to do about it. */
  advice: string;
}

/** Describes the two codes of `struct smc_diag_fallback`; a peer code of 0 means none. */
export function describeFallback(code: number, peerCode: number): SmcFallback {
  const own = smcFallbackReason(code);
  if (peerCode === 0) return { code, reason: inWords(own), advice: own.advice };
  const peer = smcFallbackReason(peerCode);
  // PEERDECL only says that the peer has the reason.
  const advice = own.name === "PEERDECL" ? `On the peer: ${peer.advice}` : own.advice;
  return { code, reason: inWords(own), peerCode, peerReason: inWords(peer), advice };
}

function inWords({ name, meaning }: SmcFallbackReason): string {
  return `${name}: ${meaning}`;
}
