import { checkDefinition } from '../kinds/check-definition.js';
import { createKindList } from '../kinds/kind-list.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import { filesOfCallers } from '../modules/defining-file.js';
import { folderStore } from './folder/folder-kind.js';
import type { ObjectStore } from './port.js';
import { s3Store } from './s3/s3-kind.js';
import type { ObjectStoreKind, StoreAddress } from './store-kind.js';

/** What `store` may be opened by, by scheme. */
export const OBJECT_STORES = createKindList<ObjectStoreKind>('store', 'store', [folderStore, s3Store]);

/** What `defineObjectStore` takes. */
export interface ObjectStoreDefinition<Options> {
  /** Scheme of its addresses: lower case letters, digits and `_`. `gs` opens `gs://bucket/prefix`. */
  readonly scheme: string;
  /** JSON Schema of the options, which an address gives in its query: `gs://bucket/prefix?region=eu`. No secrets: addresses are shown and logged. */
  readonly options?: OptionsSchema;
  /**
   * Opens the store; makes no request, where that can be. Every process that opens one address must reach the same objects. Credentials come from the
   * environment, as those of S3 do. May throw errors with codes, such as `STORE_DENIED`.
   */
  open(address: StoreAddress<Options>): ObjectStore | Promise<ObjectStore>;
}

/**
 * Adds a kind of object store: `store: 'gs://bucket/prefix'` opens it wherever this definition was loaded. Processes for steps load the file that
 * calls this by themselves. `objectStoreContract` of `perennial-ml/testing` says what the store must do.
 * @throws PipelineError `EXTENSION_INVALID`, `EXTENSION_NAME_TAKEN`.
 */
export function defineObjectStore<Options = Record<string, never>>(definition: ObjectStoreDefinition<Options>): void {
  checkDefinition('store', definition, { name: 'scheme', functions: ['open'] });
  const { scheme, options = { properties: {} } } = definition;
  const open = (address: StoreAddress): ObjectStore | Promise<ObjectStore> => definition.open(address as StoreAddress<Options>);
  OBJECT_STORES.add({ name: scheme, options, open }, { files: filesOfCallers(defineObjectStore) });
}
