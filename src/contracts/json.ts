/** A value that survives JSON unchanged. Numbers must be finite: NaN and Infinity become null on the wire. */
export type JsonPrimitive = string | number | boolean | null;
/** Any value that JSON carries unchanged. */
export type JsonValue = JsonPrimitive | readonly JsonValue[] | JsonObject;
/** A JSON object: values by name. */
export type JsonObject = { readonly [key: string]: JsonValue };

/**
 * Compile-time guard: maps every part of `T` that JSON would damage (Date, Map, Set, typed array, bigint, function, symbol,
 * undefined) to `never`, so that using such a type as a step's input or output does not compile.
 */
export type JsonSafe<T> = T extends JsonPrimitive
  ? T
  : T extends
        | bigint
        | symbol
        | undefined
        | ((...args: never[]) => unknown)
        | Date
        | Map<unknown, unknown>
        | Set<unknown>
        | ArrayBufferView
        | RegExp
        | Error
    ? never
    : T extends readonly (infer Item)[]
      ? readonly JsonSafe<Item>[]
      : T extends object
        ? { [Key in keyof T]: JsonSafe<T[Key]> }
        : never;

/** Whether a value is an object and no list. */
export const isPlainObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same of JSON. */
export const isJsonObject = (value: JsonValue | undefined): value is JsonObject => isPlainObject(value);
