/**
 * The constraint on a callable interface: each member takes one JSON value and returns one, or a promise of one.
 *
 * @typeParam Api The interface itself.
 */
export type RpcApi<Api> = { [Func in keyof Api]: (params: never) => unknown };

/** An unknown interface: any name, any parameters. */
export type AnyRpcApi = Record<string, (params: unknown) => unknown>;

/** The names of an interface's functions. */
export type RpcFunc<Api> = keyof Api & string;

/** The parameter of the function `Func`. */
export type RpcParams<Api, Func extends keyof Api> = Api[Func] extends (params: infer Params) => unknown ? Params
  : never;

/** The result of the function `Func`. */
export type RpcResult<Api, Func extends keyof Api> = Api[Func] extends (params: never) => infer Result ? Awaited<Result>
  : never;

/** A handler for each function of an interface. */
export type RpcHandlers<Api> = {
  [Func in RpcFunc<Api>]: (
    params: RpcParams<Api, Func>,
  ) => RpcResult<Api, Func> | Promise<RpcResult<Api, Func>>;
};
