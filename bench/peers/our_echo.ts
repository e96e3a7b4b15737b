import { TcpListener } from "@berkeley/sockets/inet";
import { serverOptions } from "./options.ts";
import { serve } from "./serve.ts";

const { port, acceptOnly } = serverOptions();
await serve(TcpListener.listen({ hostname: "127.0.0.1", port, backlog: 4096 }), acceptOnly);
