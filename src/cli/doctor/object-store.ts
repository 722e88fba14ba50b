import { isPipelineError } from '../../errors/pipeline-error.js';
import { openObjectStore } from '../../store/open-store.js';
import { proveRights } from '../../store/prove-rights.js';
import { fail, ok } from './check.js';
import type { Check } from './check.js';

/** Does all that runs do with a store, as a worker does before it takes work. */
export const objectStore: Check = {
  name: 'Store',
  run: async ({ store: address }) => {
    try {
      const store = await openObjectStore(address, { patienceMs: 0 });
      await proveRights(store);
      return ok(`${store.uri}: readable, writable, can be listed, compare-and-swap works`);
    } catch (error) {
      if (!isPipelineError(error)) throw error;
      return fail(error.parts.what, error.parts.cure ?? 'choose another store with --store or PERENNIAL_STORE');
    }
  },
};
