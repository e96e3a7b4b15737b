// What node:net servers report about themselves: prints a line of JSON, which must be the same with and without
// smc_run.
import { getEventListeners } from "node:events";
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

for (const port of [-1, 70000, 1.5, "x"]) thrown(`listen on ${port}`, () => server("bad").listen({ port, host }));
thrown("listen on nothing", () => server("bad").listen({}));
for (const port of [-1, 70000, 1.5, "x", null]) thrown(`connect to ${port}`, () => net.connect({ port, host }));
console.log(JSON.stringify(told));
