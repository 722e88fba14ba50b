import { deserialize, serialize } from 'node:v8';
import type { BoostState } from './boost.js';

const FORMAT = 'perennial-gbdt-checkpoint-1';

/** All that a fit needs to go on later, about 1 KiB a tree of 31 leaves. `fingerprint` names the data and the options. */
export function encodeCheckpoint(fingerprint: string, state: BoostState): Uint8Array {
  return serialize({ format: FORMAT, fingerprint, state });
}

/** Null when the bytes are no checkpoint of this format and fingerprint. */
export function decodeCheckpoint(fingerprint: string, bytes: Uint8Array): BoostState | null {
  const content = parse(bytes);
  if (content?.format !== FORMAT || content.fingerprint !== fingerprint) return null;
  return content.state ?? null;
}

type Content = { readonly format?: string; readonly fingerprint?: string; readonly state?: BoostState };

function parse(bytes: Uint8Array): Content | null {
  try {
    const content: unknown = deserialize(bytes);
    return typeof content === 'object' ? content : null;
  } catch {
    return null;
  }
}
