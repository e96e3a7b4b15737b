// What clients of node:net tell of themselves: prints one line of JSON, which must be the same over smc_run and without.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import net from "node:net";

const server = net.createServer((socket) => socket.on("error", () => {}).end(`${socket.remoteAddress}`));
await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = server.address();
const told = [];

/** What a connection with these options hears from the server, or how it fails. */
async function ask(name, options, after = () => {}) {
  const asked = [];
  const lookup = options.lookup && ((host, { family, all }, done) => {
    asked.push([host, family || 0, Boolean(all)]);
    options.lookup(all, done);
  });
  const socket = net.connect({ port, ...options, ...(lookup ? { lookup } : {}) });
  const closed = new Promise((resolve) => socket.once("close", resolve));
  after(socket);
  const heard = await new Promise((resolve) => {
    let text = "";
    socket.on("data", (bytes) => text += bytes).once("end", () => resolve(text));
    socket.once("error", ({ name, code, errors }) => resolve([name, code, errors?.length]));
  });
  told.push({ name, asked, heard, hadError: await closed });
}

const v4 = { address: "127.0.0.1", family: 4 };
const v6 = { address: "::1", family: 6 }; // where nobody listens
await ask("all addresses", { host: "a.test", lookup: (_, done) => done(null, [v6, v4]) });
await ask("all refuse", { host: "a.test", port: 1, lookup: (_, done) => done(null, [v6, v4]) });
await ask("family 4", { host: "a.test", family: 4, lookup: (_, done) => done(null, "127.0.0.1", 4) });
await ask("family 6", { host: "a.test", family: 6, lookup: (_, done) => done(null, "::1", 6) });
await ask("no race", { host: "a.test", autoSelectFamily: false, lookup: (_, done) => done(null, "127.0.0.1", 4) });
await ask("a number needs no lookup", { host: "127.0.0.1", lookup: (_, done) => done(new Error("asked")) });
await ask("the lookup fails", {
  host: "a.test",
  lookup: (_, done) => done(Object.assign(new Error("no such"), { code: "ENOTFOUND" })),
});
await ask("no address", { host: "a.test", family: 4, lookup: (_, done) => done(null, "nonsense", 4) });
await ask("null", { host: "a.test", family: 4, lookup: (_, done) => done(null, null) });
await ask("a list where one is asked for", {
  host: "a.test",
  family: 4,
  lookup: (_, done) => done(null, ["127.0.0.1"], 4),
});
await ask("localhost by family", { host: "localhost", family: 4 });
await ask("from an address", { host: "127.0.0.1", localAddress: "127.0.0.9" });
for (
  const [name, value] of [
    ...[["lookup", "x"], ["localAddress", "nonsense"], ["localPort", "x"], ["objectMode", true]],
    ...[["autoSelectFamily", 1], ["autoSelectFamilyAttemptTimeout", -1], ["signal", 1], ["signal", {}]],
  ]
) {
  try {
    net.connect({ port, host: "127.0.0.1", [name]: value }).on("error", () => {}).destroy();
    told.push(`${name}: nothing`);
  } catch ({ code }) {
    told.push(`${name}: ${code}`);
  }
}
for (const [host, port] of [["127.0.0.1", 1], ["::1", 1], ["no.such.host.invalid", 80]]) {
  const [{ code, syscall, errno, address, port: where, hostname, message }] = await new Promise((resolve) =>
    net.connect(port, host).once("error", (...all) => resolve(all))
  );
  told.push([code, syscall, errno, address, where, hostname, message]);
}
const blockList = new net.BlockList();
blockList.addAddress("127.0.0.1");
await ask("blocked", { host: "127.0.0.1", blockList });
const stopped = new AbortController();
await ask("aborted", { host: "127.0.0.1", signal: stopped.signal }, () => stopped.abort());
await new Promise((resolve) => {
  const onread = { buffer: Buffer.alloc(64), callback: (n, bytes) => told.push(`${bytes.subarray(0, n)}`) };
  net.connect({ port, host: "127.0.0.1", onread }).resume().once("close", resolve);
});
server.close();
console.log(JSON.stringify(told));
