import type { JsonObject } from './json.js';

export type ArtifactKind =
  'dataset' | 'validation-report' | 'feature-set' | 'model' | 'evaluation' | 'endpoint' | 'monitor-report' | 'files' | 'value';

/** What travels between steps instead of data: some KiB at most, whatever the artifact's size. */
export type ArtifactRef<Kind extends ArtifactKind = ArtifactKind, Meta extends JsonObject = JsonObject> = {
  readonly kind: Kind;
  /** First 16 hex digits of `sha256`. */
  readonly id: string;
  /** SHA-256 of the manifest's bytes, hex. */
  readonly sha256: string;
  /** Sum of the sizes of the artifact's files. */
  readonly bytes: number;
  /** Address of the manifest in the store. */
  readonly uri: string;
  readonly meta: Meta;
  /**
   * Fields of `meta` that are too long for the result of a step, such as a schema of hundreds of columns: they are in the manifest alone. A step
   * that takes the reference as an input gets them all. Absent: `meta` is whole.
   */
  readonly leftOut?: readonly string[];
};

export type ArtifactFile = {
  /** Path inside the artifact, e.g. `part-0000.parquet`. */
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly mediaType: string;
};

/** The content of an artifact. Its producer is recorded beside it, so that equal content has one identity. */
export type ArtifactManifest = {
  readonly formatVersion: 1;
  readonly kind: ArtifactKind;
  readonly files: readonly ArtifactFile[];
  readonly meta: JsonObject;
  /** Artifacts that this one was made from. */
  readonly inputs: readonly { readonly kind: ArtifactKind; readonly id: string }[];
};
