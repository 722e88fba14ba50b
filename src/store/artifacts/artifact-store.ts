import type { ArtifactKind, ArtifactManifest, ArtifactRef } from '../../contracts/artifact.js';
import type { JsonObject } from '../../contracts/json.js';
import type { ObjectStore } from '../port.js';

export interface DraftFile {
  readonly name: string;
  readonly mediaType: string;
  /** Either a file on this machine or its bytes. */
  readonly content: { readonly path: string } | { readonly bytes: Uint8Array };
}

export interface ArtifactDraft<Kind extends ArtifactKind, Meta extends JsonObject> {
  readonly kind: Kind;
  readonly files: readonly DraftFile[];
  readonly meta: Meta;
  readonly inputs: readonly Pick<ArtifactRef, 'kind' | 'id'>[];
}

/** Immutable artifacts over an object store: `objects/<sha256>` for bytes, `artifacts/<kind>/<id>.json` for manifests. */
export interface ArtifactStore {
  readonly objects: ObjectStore;
  /** Files first, the manifest last: an artifact is visible whole or not at all. Equal content gives an equal ref. */
  publish<Kind extends ArtifactKind, Meta extends JsonObject>(draft: ArtifactDraft<Kind, Meta>): Promise<ArtifactRef<Kind, Meta>>;
  /** ARTIFACT_NOT_FOUND lists what there is of that kind. */
  find(kind: ArtifactKind, id: string): Promise<ArtifactRef>;
  exists(ref: Pick<ArtifactRef, 'kind' | 'id'>): Promise<boolean>;
  manifest(ref: Pick<ArtifactRef, 'kind' | 'id'>): Promise<ArtifactManifest>;
  /** Path of a verified copy on this machine (the stored file itself for a folder store). ARTIFACT_CORRUPT when the hash differs. */
  localFile(ref: Pick<ArtifactRef, 'kind' | 'id'>, name: string): Promise<string>;
  readFile(ref: Pick<ArtifactRef, 'kind' | 'id'>, name: string): Promise<Buffer>;
}
