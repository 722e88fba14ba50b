/** Ids of artifacts and hashes of objects, standing alone. */
const CONTENT = /(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{16})(?![0-9a-f])/g;
const RUN = /(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])/g;
const ID_DIGITS = 16;

/** Everything in a text that may be the id of an artifact or the hash of an object; a hash may be that of a manifest, so its id is among them. */
export function contentIdsIn(text: string): string[] {
  return (text.match(CONTENT) ?? []).flatMap((id) => (id.length > ID_DIGITS ? [id, id.slice(0, ID_DIGITS)] : [id]));
}

/** Everything in a text that may be the id of a run of Temporal's. */
export const runIdsIn = (text: string): string[] => text.match(RUN) ?? [];
