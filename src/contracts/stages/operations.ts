/** One operation of a stage: what its workflow asks with, and what its activity answers. Both are plain JSON. */
export type Operation<Arguments extends object, Result> = { readonly arguments: Arguments; readonly result: Result };

/** The operations of a stage by name. */
export type Operations = { readonly [name: string]: Operation<object, unknown> };

/** Arguments of an operation that needs only the configuration and inputs of its step. */
export type NoArguments = { readonly [name: string]: never };
