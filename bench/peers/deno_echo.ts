import { serverOptions } from "./options.ts";
import { serve } from "./serve.ts";

const options = serverOptions();
await serve(Deno.listen({ hostname: "127.0.0.1", port: options.port, tcpBacklog: 4096 }), options);
