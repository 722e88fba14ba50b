import accessors from '@duckdb/node-api/lib/vectors/dataAccessors.js';

/**
 * Lets the driver hand over texts as they are. All of them leave the engine through one decoder of the driver, which takes a byte-order mark
 * that a text begins with for one of a file and drops it: two different categories would become one.
 * @throws TypeError when the driver has another decoder than the one that is known here.
 */
export function readTextsWhole(): void {
  const decoder: unknown = Reflect.get(accessors, 'textDecoder');
  if (!(decoder instanceof TextDecoder)) throw new TypeError('the driver of the data engine decodes texts in another way');
  if (!decoder.ignoreBOM) Reflect.set(accessors, 'textDecoder', new TextDecoder('utf-8', { ignoreBOM: true }));
}
