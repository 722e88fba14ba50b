import type { ArtifactRef } from '../../contracts/artifact.js';
import { sha256Hex } from '../hash.js';

type Identity = Pick<ArtifactRef, 'kind' | 'id'>;

/** Room that the rest of a name may need beside an encoded id. */
const ENCODED_CHARACTERS = 120;

export const objectKey = (sha256: string): string => `objects/${sha256}`;
export const manifestKey = ({ kind, id }: Identity): string => `artifacts/${kind}/${id}.json`;
export const kindPrefix = (kind: string): string => `artifacts/${kind}/`;
/** Producers of an artifact: one record for each run and step that published this content. */
export const producedByPrefix = ({ kind, id }: Identity): string => `artifacts/${kind}/${id}/produced-by/`;
export const producedByKey = (identity: Identity, workflowId: string, step: string): string =>
  `${producedByPrefix(identity)}${encodeName(workflowId)}.${encodeName(step)}.json`;
/** What was made from an artifact: one record for each. */
export const madeFromPrefix = (input: Pick<ArtifactRef, 'id'>): string => `lineage/${input.id}/`;
export const madeFromKey = (input: Pick<ArtifactRef, 'id'>, made: Identity): string =>
  `${madeFromPrefix(input)}${made.kind}-${made.id}.json`;

/** URL encoding, shortened by a hash where a file name would become too long. */
function encodeName(name: string): string {
  const encoded = encodeURIComponent(name).replaceAll('~', '%7E');
  return encoded.length <= ENCODED_CHARACTERS
    ? encoded
    : `${encoded.slice(0, ENCODED_CHARACTERS - 17)}-${sha256Hex(name).slice(0, 16)}`;
}
