/** Rounds a length up to a multiple of four, to which messages and attributes are aligned. */
// #define NLMSG_ALIGN(len) ( ((len)+NLMSG_ALIGNTO-1) & ~(NLMSG_ALIGNTO-1) ), and NLA_ALIGN alike
export function align(length: number): number {
  return Math.ceil(length / 4) * 4;
}
