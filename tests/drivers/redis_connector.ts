import type { RedisOptions } from "ioredis";
import type { Socket as NetSocket } from "node:net";
import { NodeStream, type StreamConn } from "../../node/mod.ts";

type Connector = NonNullable<RedisOptions["Connector"]>;

/** What ioredis asks of a `Connector`: each connection is one of ours. */
export async function connectorOver(connect: () => Promise<StreamConn>): Promise<Connector> {
  const { AbstractConnector } = await import("ioredis"); // it needs permissions, so not before the test runs
  return class extends AbstractConnector {
    constructor() {
      super(1000);
    }
    override connect(): Promise<NetSocket> {
      const stream: unknown = new NodeStream(connect());
      return Promise.resolve(this.stream = stream as NetSocket);
    }
  };
}
