import type { JsonObject } from '../contracts/json.js';
import type { Kind } from '../kinds/kind.js';
import type { ObjectStore } from './port.js';

/** An address of an object store, taken apart. */
export interface StoreAddress<Options = JsonObject> {
  /** As it was given: `gs://bucket/prefix?region=eu`. */
  readonly uri: string;
  /** What follows the scheme, without the query: `bucket/prefix`. */
  readonly path: string;
  /** The query of the address, checked and read by the JSON Schema of the options. */
  readonly options: Options;
  /** How long an operation goes on trying while the service does not answer, ms, >= 0. */
  readonly patienceMs: number;
  /** How many keys a listing asks for at once, 1..1,000. */
  readonly pageKeys: number;
}

/** A kind of object store. Its name is the scheme of its addresses. */
export interface ObjectStoreKind extends Kind {
  /** Opening may ask nothing of the service: many processes open a store that they may never use. */
  open(address: StoreAddress): ObjectStore | Promise<ObjectStore>;
}
