// What node:net servers report about themselves: prints a line of JSON, which must be the same with and without
// smc_run.
import dns from "node:dns";
import { getEventListeners, once } from "node:events";
import net from "node:net";
import { setTimeout as wait } from "node:timers/promises";

const host = "127.0.0.1";
const told = [];

/** A server that records its events under a name. */
function server(name, options) {
  const made = net.createServer(options);
  for (const event of ["listening", "close"]) made.on(event, () => told.push(`${name}: ${event}`));
  return made.on("error", ({ code }) => told.push(`${name}: ${code}`));
}

/** The error that the call throws. */
function thrown(name, call) {
  try {
    call();
    told.push(`${name}: nothing`);
  } catch ({ code }) {
    told.push(`${name}: ${code}`);
  }
}

server("aborted before").listen({ port: 0, host, signal: AbortSignal.abort() });
await wait(50);
server("closed at once").listen(0, host).close();
await wait(50);
const controller = new AbortController();
server("aborted").listen({ port: 0, host, signal: controller.signal });
await wait(50);
controller.abort();
await wait(50);
const late = new AbortController();
const again = server("listening again").listen({ port: 0, host, signal: late.signal });
await wait(50);
again.close();
await wait(50);
told.push(`listening again: ${getEventListeners(late.signal, "abort").length} listeners after close`);
again.listen(0, host);
await wait(50);
late.abort();
await wait(50);
told.push(`listening again: ${again.listening}`);
again.close();
await wait(50);

const paused = server("paused", { pauseOnConnect: true }).listen(0, host);
await wait(50);
const client = net.connect(paused.address().port, host);
const [conn] = await new Promise((resolve) => paused.once("connection", (...all) => resolve(all)));
told.push(`paused: ${conn.isPaused()}`);
client.destroy();
conn.destroy();
paused.close();
await wait(50);

const throwing = server("throwing").listen(0, host);
process.on("uncaughtException", ({ message }) => told.push(`uncaught: ${message}`));
let turn = 0;
throwing.on("connection", (conn) => {
  conn.end(`${++turn}`);
  throw new Error(`turn ${turn}`);
});
await wait(50);
for (let i = 0; i < 2; i++) {
  const [answer] = await new Promise((resolve) =>
    net.connect(throwing.address().port, host).once("data", (...all) => resolve(all))
  );
  told.push(`throwing: ${answer}`);
}
throwing.close();
await wait(50);

/** Whether a client gets a connection to the server, or what it is told. */
async function reach(name, made, address = host) {
  const client = net.connect(made.address().port, address);
  const heard = once(client.resume(), "data").then(([bytes]) => `${bytes}`);
  const closed = once(client, "close").then(() => "closed");
  const answer = await Promise.race([heard, closed]).catch(({ code }) => code);
  told.push(`${name}: ${answer === "ECONNRESET" ? "closed" : answer}`); // a reset, if the server was faster
  heard.catch(() => {});
  client.destroy();
}

for (const max of [0, 1]) {
  const limited = net.createServer((conn) => conn.write("hello")).listen(0, host);
  await once(limited, "listening");
  limited.maxConnections = max;
  limited.once("drop", (about) => told.push(`limited to ${max}: ${Object.keys(about).sort()}`));
  const first = net.connect(limited.address().port, host).on("error", () => {});
  await once(first.resume(), max === 0 ? "close" : "data");
  if (max > 0) await reach(`limited to ${max}`, limited);
  first.destroy();
  limited.close();
}
const blockList = new net.BlockList();
blockList.addAddress(host);
const blocking = net.createServer({ blockList }, (conn) => conn.end("hello")).listen(0, host);
await once(blocking, "listening");
await reach("blocked", blocking);
blocking.close();
const only6 = net.createServer((conn) => conn.end("hello")).listen({ port: 0, host: "::", ipv6Only: true });
await once(only6, "listening");
await reach("IPv6 only, from IPv4", only6);
await reach("IPv6 only, from IPv6", only6, "::1");
only6.close();
const buffered = net.createServer({ highWaterMark: 1234 }).listen(0, host);
await once(buffered, "listening");
const filling = net.connect(buffered.address().port, host);
const [filled] = await once(buffered, "connection");
told.push(`highWaterMark: ${filled.readableHighWaterMark}`);
filling.destroy();
filled.destroy();
const { port: taken } = buffered.address();
const [{ code, syscall, errno, address, port: where, message }] = await once(
  net.createServer().listen(taken, host),
  "error",
);
told.push([code, syscall, errno, address, where === taken, message.replace(`${taken}`, "PORT")]);
buffered.close();
const shared = net.createServer().listen({ port: 0, host, reusePort: true });
await once(shared, "listening");
server("shares the port").listen({ port: shared.address().port, host, reusePort: true }).on("listening", function () {
  this.close();
});
await wait(50);
shared.close();
const original = dns.lookup;
dns.lookup = (name, options, done = options) => {
  told.push(`look up ${name}`);
  const error = name === "b.test" ? Object.assign(new Error("no such"), { code: "ENOTFOUND" }) : null;
  setTimeout(() => options.all ? done(error, [{ address: host, family: 4 }]) : done(error, host, 4), 20);
};
const named = server("named").listen(0, "a.test");
await wait(50);
told.push(`named: ${named.address().address}`);
named.close();
server("no such name").listen(0, "b.test");
const hasty = server("closed in the look-up").listen(0, "a.test");
hasty.close();
await wait(50);
told.push(`closed in the look-up: ${hasty.listening}`);
hasty.close();
await wait(50);
dns.lookup = original;
const anywhere = server("no host").listen(0, "");
await wait(50);
anywhere.close();
await wait(50);
for (const signal of [1, null, {}]) thrown(`signal ${signal}`, () => server("bad").listen({ port: 0, host, signal }));

for (const port of [-1, 70000, 1.5, "x"]) thrown(`listen on ${port}`, () => server("bad").listen({ port, host }));
thrown("listen on nothing", () => server("bad").listen({}));
for (const port of [-1, 70000, 1.5, "x", null]) thrown(`connect to ${port}`, () => net.connect({ port, host }));
console.log(JSON.stringify(told));
