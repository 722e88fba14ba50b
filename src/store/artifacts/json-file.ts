import type { DraftFile } from './artifact-store.js';

/** A file of JSON for an artifact. @param text - JSON as it is stored: the id of the artifact depends on every byte of it. */
export function jsonFile(name: string, text: string | Uint8Array): DraftFile {
  return { name, mediaType: 'application/json', content: { bytes: Buffer.from(text) } };
}
