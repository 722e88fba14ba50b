import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { reasonOf } from '../../errors/describe-thrown.js';
import { wrongAddress } from '../store-address.js';
import type { ObjectStoreKind } from '../store-kind.js';
import { openLocalStore } from './local-store.js';

/** `file:///absolute/folder`: a folder of this machine or of NFS, made when it is missing. */
export const folderStore: ObjectStoreKind = {
  name: 'file',
  options: { properties: {} },
  open: ({ uri }) => openLocalStore(folderOf(uri)),
};

function folderOf(uri: string): string {
  try {
    return path.resolve(fileURLToPath(uri));
  } catch (error) {
    throw wrongAddress(uri, reasonOf(error));
  }
}
