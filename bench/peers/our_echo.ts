import { TcpListener } from "@berkeley/sockets/inet";
import { serverOptions } from "./options.ts";
import { serve } from "./serve.ts";

const options = serverOptions();
await serve(TcpListener.listen({ hostname: "127.0.0.1", port: options.port, backlog: 4096 }), options);
