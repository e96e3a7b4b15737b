import http from "node:http";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { connectOverSmc } from "./_connect.ts";
import { listenOverSmc } from "./_listen.ts";

/** Puts AF_SMC in the place of TCP in `node:net`. */
export function runOverSmc(): void {
  net.connect = net.createConnection = connectOverSmc(net.connect);
  // http.Agent keeps the function that it was loaded with.
  http.Agent.prototype.createConnection = net.connect as typeof http.Agent.prototype.createConnection;
  net.Server.prototype.listen = listenOverSmc(net.Server.prototype.listen);
  syncBuiltinESMExports();
}
