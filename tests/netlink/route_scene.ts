import { NL } from "../../netlink/mod.ts";
import { listLinks, type NetlinkOptions, NetlinkSocket } from "../../netlink/route/mod.ts";
import { namespacePair } from "../peers/network_namespace.ts";
import { runProgram } from "../peers/run_program.ts";
import { ipJson, type Json, type NameOf } from "./ip_json.ts";

/** A namespace with one end of a veth, and a netlink socket in it. */
export class RouteScene implements AsyncDisposable {
  readonly #pair: Awaited<ReturnType<typeof namespacePair>>;
  readonly netlink: NetlinkSocket;
  readonly options: NetlinkOptions;
  readonly name: string;

  constructor(pair: Awaited<ReturnType<typeof namespacePair>>) {
    this.#pair = pair;
    this.name = pair.left.name;
    this.netlink = this.open();
    this.options = { netlink: this.netlink };
  }

  static async make(): Promise<RouteScene> {
    return new RouteScene(await namespacePair());
  }

  open(): NetlinkSocket {
    return NetlinkSocket.open(NL.NETLINK_ROUTE, { networkNamespace: this.#pair.left.path });
  }

  /** Runs lines of `ip`, as `ip -batch` takes them. */
  async ip(...lines: string[]): Promise<void> {
    const batch = lines.filter((line) => !line.startsWith("-6 "));
    await runProgram("ip", ["-n", this.name, "-batch", "-"], `${batch.join("\n")}\n`);
    for (const line of lines) {
      if (line.startsWith("-6 ")) await runProgram("ip", ["-n", this.name, ...line.split(" ")]);
    }
  }

  async json(...args: string[]): Promise<Json[]> {
    return await ipJson(this.name, ...args);
  }

  async nameOf(): Promise<NameOf> {
    const names = new Map((await listLinks(this.options)).map(({ index, name }) => [index, name]));
    return (index) => index === undefined ? undefined : names.get(index);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.netlink.close();
    await this.#pair[Symbol.asyncDispose]();
  }
}
