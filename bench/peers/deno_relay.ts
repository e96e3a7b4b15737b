import { startSink } from "./sink.ts";

const target = { hostname: "127.0.0.1", port: await startSink() };
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(`listening on 127.0.0.1:${listener.addr.port}`);
for await (const conn of listener) {
  const far = await Deno.connect(target);
  void Promise.all([conn.readable.pipeTo(far.writable), far.readable.pipeTo(conn.writable)]).catch(() => {});
}
