import dns from "node:dns";
import net from "node:net";
import { SmcConn } from "../smc/mod.ts";
import { asNodeError } from "./_node_error.ts";

/** Connects over AF_SMC to the addresses of a host in turn, as `net.connect()` does with a `lookup` or a `family`. */
export async function dial(options: net.TcpNetConnectOpts, signal: AbortSignal): Promise<SmcConn> {
  const { port, localAddress, localPort } = options;
  const addresses = await addressesOf(options);
  const patience = options.autoSelectFamilyAttemptTimeout ?? net.getDefaultAutoSelectFamilyAttemptTimeout();
  const errors: unknown[] = [];
  for (const hostname of addresses) {
    const isLast = errors.length === addresses.length - 1;
    try {
      return await SmcConn.connect({
        hostname,
        port: Number(port),
        unsupported: "tcp",
        signal,
        ...(isLast ? {} : { timeout: patience }),
        ...(localAddress || localPort
          ? { localAddr: { hostname: localAddress || (net.isIPv6(hostname) ? "::" : "0.0.0.0"), port: localPort ?? 0 } }
          : {}),
      });
    } catch (error) {
      signal.throwIfAborted();
      errors.push(asNodeError(error, "connect", hostname, Number(port)));
    }
  }
  if (errors.length === 1) throw errors[0];
  throw Object.assign(new AggregateError(errors), { code: (errors[0] as { code?: unknown }).code });
}

/** The addresses of the host; the host itself where the program leaves the look-up to us. */
function addressesOf(options: net.TcpNetConnectOpts): string[] | Promise<string[]> {
  const { host, family = 0, hints = 0, localAddress } = options;
  const hostname = host || "localhost";
  const isOurs = options.lookup === undefined && family === 0 && hints === 0 && options.autoSelectFamily !== false;
  if (isOurs || net.isIP(hostname) !== 0) return [hostname];
  const all = (options.autoSelectFamily ?? net.getDefaultAutoSelectFamily()) && ![4, 6].includes(family) &&
    !localAddress;
  const lookup: net.LookupFunction = options.lookup ?? dns.lookup;
  return new Promise((resolve, reject) => {
    lookup(hostname, { family, hints, all }, (error, found) => {
      if (error) return reject(error);
      const addresses = (all ? [found].flat() : [found]).map((one) =>
        typeof one === "object" && one !== null && "address" in one ? one.address : one
      );
      const invalid = addresses.findIndex((address) => typeof address !== "string" || net.isIP(address) === 0);
      if (invalid < 0 && addresses.length > 0) return resolve(addresses as string[]);
      const text = `Invalid IP address: ${addresses[invalid]}`;
      reject(Object.assign(new TypeError(text), { code: "ERR_INVALID_IP_ADDRESS" }));
    });
  });
}
