/**
 * What an interface must look like to be called: each member takes one JSON value and gives one, at once or later.
 *
 * @typeParam Api The interface itself.
 */
export type RpcApi<Api> = { [Func in keyof Api]: (params: never) => unknown };

/** An interface of which nothing is known: every name, every parameter. */
export type AnyRpcApi = Record<string, (params: unknown) => unknown>;

/** The names of an interface's functions. */
export type RpcFunc<Api> = keyof Api & string;

/** What the function `Func` takes. */
export type RpcParams<Api, Func extends keyof Api> = Api[Func] extends (params: infer Params) => unknown ? Params
  : never;

/** What the function `Func` gives. */
export type RpcResult<Api, Func extends keyof Api> = Api[Func] extends (params: never) => infer Result ? Awaited<Result>
  : never;

/** A handler for each function of an interface. */
export type RpcHandlers<Api> = {
  [Func in RpcFunc<Api>]: (
    params: RpcParams<Api, Func>,
  ) => RpcResult<Api, Func> | Promise<RpcResult<Api, Func>>;
};
