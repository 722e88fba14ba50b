import path from 'node:path';
import { OBJECT_STORES } from '../../store/object-stores.js';
import { schemeOf } from '../../store/store-setting.js';
import type { ProcessSettings } from './messages.js';

/** How processes for steps open the store of their worker; in words why they cannot. */
export function storeOfProcesses(address: string | undefined): Pick<ProcessSettings, 'store' | 'storeFiles'> | string {
  if (address === undefined) return 'its object store has no address by which another process could open it';
  const origin = OBJECT_STORES.originOf(schemeOf(address) ?? 'file');
  if (origin === undefined) return { store: address, storeFiles: [] };
  const files = origin.files.filter((file) => !isMain(file));
  if (files.length > 0) return { store: address, storeFiles: files };
  return `no process can load the definition of its object store ${address}: put \`defineObjectStore\` into a file of its own`;
}

/** A file that starts the worker would start another one in the process that loads it. */
const isMain = (file: string): boolean => process.argv[1] !== undefined && file === path.resolve(process.argv[1]);
