import { serverOptions } from "./options.ts";
import { serve } from "./serve.ts";

const { port, acceptOnly } = serverOptions();
await serve(Deno.listen({ hostname: "127.0.0.1", port, tcpBacklog: 4096 }), acceptOnly);
