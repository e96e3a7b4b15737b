import type { Row } from "../row.ts";
import { againstEach, TCP_SERVERS } from "./contenders.ts";

/**
 * How fast connections come and go.
 *
 * `accept` takes the server's own rate: a backlog of 1,000 connections, to be accepted and closed. `accept16` has 16 live
 * clients on the other core, and there the client's half of the work is the longer one: it shows what is left of the
 * difference, and carries no target.
 */
export const ACCEPT_ROWS: Row[] = [{
  name: "accept",
  title: "TCP accept and close, a backlog of 1,000",
  unit: "connections/s",
  better: "higher",
  contenders: againstEach(
    TCP_SERVERS,
    [
      "bin/echo_client",
      "drain",
      ...["--address", "{address}", "--seconds", "{seconds}"],
      ...["--connections", "1000", "--pid", "{pid}"],
    ],
    "--accept-only",
  ),
  targets: [{ of: "ours", against: "deno", ratio: 1.7 }],
}, {
  name: "accept16",
  title: "TCP accept and close, 16 live clients",
  unit: "connections/s",
  better: "higher",
  contenders: againstEach(
    TCP_SERVERS,
    ["bin/echo_client", "accept", "--address", "{address}", "--seconds", "{seconds}", "--connections", "16"],
    "--accept-only",
  ),
  targets: [],
}];
