import type { Row } from "../row.ts";
import { againstEach, TCP_SERVERS } from "./contenders.ts";

/** How fast connections come and go: 16 clients connect, wait for the server's close, and connect again. */
export const ACCEPT_ROWS: Row[] = [{
  name: "accept",
  title: "TCP accept and close, 16 clients",
  unit: "connections/s",
  better: "higher",
  contenders: againstEach(
    TCP_SERVERS,
    ["bin/echo_client", "accept", "--address", "{address}", "--seconds", "{seconds}", "--connections", "16"],
    "--accept-only",
  ),
  targets: [{ of: "ours", against: "deno", ratio: 1.7 }],
}];
