import path from 'node:path';
import type { ArtifactFile, ArtifactKind, ArtifactManifest, ArtifactRef } from '../../contracts/artifact.js';
import type { JsonObject } from '../../contracts/json.js';
import { reasonOf } from '../../errors/describe-thrown.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { cacheLimit } from './cache-limit.js';
import { cacheFolder as defaultCacheFolder } from './cache-folder.js';
import { kindPrefix, madeFromKey, manifestKey, objectKey, producedByKey } from './artifact-keys.js';
import type { ArtifactDraft, ArtifactStore, DraftFile } from './artifact-store.js';
import { canonicalJson } from '../json/canonical-json.js';
import { sha256File, sha256Hex } from '../hash.js';
import { isOld, takeHold } from '../claims/holds.js';
import { parseManifest } from './artifact-manifest.js';
import { getIfThere, putIfFree, recordBytes } from '../json/json-record.js';
import { objectCache } from './object-cache.js';
import { parseJson } from '../json/parse-json.js';
import { problemOfName } from '../path-inside.js';
import type { ObjectStore } from '../port.js';
import { corrupt, VerifiedFiles } from './verified-files.js';

/** The publisher, recorded beside the artifact. */
export interface ArtifactProducer {
  readonly pipeline: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly step: string;
}

/** `artifacts/<kind>/<id>/produced-by/<workflowId>.<step>.json`; the first publication of a step stays. */
export type ProducedBy = ArtifactProducer & { readonly producedAt: string };

export interface ArtifactStoreOptions {
  /** Where objects of a store that is not a folder here are kept by hash. Default: `objects` in the cache folder of this machine. */
  readonly cacheFolder?: string;
  /** Bytes of objects that are kept so. Default as `PERENNIAL_CACHE_LIMIT` says, or 20 GiB. */
  readonly cacheBytes?: number;
  readonly producer?: ArtifactProducer;
}

type Identity = Pick<ArtifactRef, 'kind' | 'id'>;
type Written<Kind extends ArtifactKind, Meta extends JsonObject> = {
  readonly ref: ArtifactRef<Kind, Meta>;
  readonly old: readonly string[];
};

const ID_DIGITS = 16;
const LISTED = 20;
/** Downloads of an object whose bytes do not match its hash. */
const READS = 3;

/** Artifacts over an object store. Any number of processes may publish and read at once; publishing the same again is success. */
export function createArtifactStore(objects: ObjectStore, options: ArtifactStoreOptions = {}): ArtifactStore {
  const files = new VerifiedFiles(objects, () =>
    objectCache(
      options.cacheFolder ?? path.join(defaultCacheFolder(process.env), 'objects'),
      options.cacheBytes ?? cacheLimit(process.env),
    ),
  );
  return new StoredArtifacts(objects, files, options.producer ?? null);
}

class StoredArtifacts implements ArtifactStore {
  readonly objects: ObjectStore;
  readonly #files: VerifiedFiles;
  readonly #producer: ArtifactProducer | null;

  constructor(objects: ObjectStore, files: VerifiedFiles, producer: ArtifactProducer | null) {
    this.objects = objects;
    this.#files = files;
    this.#producer = producer;
  }

  async publish<Kind extends ArtifactKind, Meta extends JsonObject>(
    draft: ArtifactDraft<Kind, Meta>,
  ): Promise<ArtifactRef<Kind, Meta>> {
    checkNames(draft);
    const { ref, old } = await this.#write(draft);
    if (old.length === 0) return ref;
    await takeHold(this.objects, [ref.id, ...old]);
    // Whatever a garbage collection had removed until now is written again.
    return (await this.#write(draft)).ref;
  }

  /** `old`: what was there already, so long that a garbage collection may be about to remove it. */
  async #write<Kind extends ArtifactKind, Meta extends JsonObject>(
    draft: ArtifactDraft<Kind, Meta>,
  ): Promise<Written<Kind, Meta>> {
    const meta = canonicalJson(draft.meta);
    const old: string[] = [];
    const files: ArtifactFile[] = [];
    for (const file of draft.files) {
      const { isOldObject, ...stored } = await this.#storeFile(file);
      files.push(stored);
      if (isOldObject) old.push(stored.sha256);
    }
    const inputs = draft.inputs.map(({ kind, id }) => ({ kind, id }));
    const manifest: ArtifactManifest = {
      formatVersion: 1,
      kind: draft.kind,
      files,
      meta: parseJson(Buffer.from(meta), 'meta') as JsonObject,
      inputs,
    };
    const bytes = recordBytes(manifest);
    const ref = this.#refer(manifest, sha256Hex(bytes)) as ArtifactRef<Kind, Meta>;
    await this.#recordOrigin(ref, inputs);
    if (!(await putIfFree(this.objects, manifestKey(ref), bytes))) {
      const there = await this.objects.head(manifestKey(ref));
      if (there === null || isOld(there.modifiedAt)) old.push(ref.id);
    }
    return { ref, old };
  }

  async find(kind: ArtifactKind, id: string): Promise<ArtifactRef> {
    const { manifest, sha256 } = await this.#read({ kind, id });
    return this.#refer(manifest, sha256);
  }

  async exists(ref: Identity): Promise<boolean> {
    return (await this.objects.head(manifestKey(ref))) !== null;
  }

  async manifest(ref: Identity): Promise<ArtifactManifest> {
    return (await this.#read(ref)).manifest;
  }

  async localFile(ref: Identity, name: string): Promise<string> {
    return this.#files.path(await this.#file(ref, name));
  }

  async readFile(ref: Identity, name: string): Promise<Buffer> {
    const file = await this.#file(ref, name);
    for (let tries = 1; ; tries += 1) {
      const stored = await getIfThere(this.objects, objectKey(file.sha256), Infinity);
      if (stored === null) throw corrupt(file, this.objects.uri, 'no such object');
      const sha256 = sha256Hex(stored.bytes);
      if (sha256 === file.sha256) return stored.bytes;
      if (tries === READS || this.objects.localPath(objectKey(file.sha256)) !== null)
        throw corrupt(file, this.objects.uri, `SHA-256 ${sha256} (${stored.bytes.length} bytes)`);
    }
  }

  async #storeFile(file: DraftFile): Promise<ArtifactFile & { readonly isOldObject: boolean }> {
    const { content } = file;
    const { sha256, bytes } =
      'path' in content
        ? await hashDraft(file.name, content.path)
        : { sha256: sha256Hex(content.bytes), bytes: content.bytes.byteLength };
    const key = objectKey(sha256);
    const there = await this.objects.head(key);
    const isThere = there?.bytes === bytes;
    if (!isThere) {
      if ('path' in content) await this.objects.putFile(key, content.path);
      else await this.objects.put(key, content.bytes);
    }
    return { name: file.name, sha256, bytes, mediaType: file.mediaType, isOldObject: isThere && isOld(there.modifiedAt) };
  }

  /** Written before the manifest, so that no visible artifact lacks its origin. */
  async #recordOrigin(ref: Identity, inputs: readonly Identity[]): Promise<void> {
    for (const input of inputs) {
      await putIfFree(this.objects, madeFromKey(input, ref), recordBytes({ kind: ref.kind, id: ref.id, input }));
    }
    if (this.#producer === null) return;
    const { pipeline, workflowId, runId, step } = this.#producer;
    const record: ProducedBy = { pipeline, workflowId, runId, step, producedAt: new Date().toISOString() };
    await putIfFree(this.objects, producedByKey(ref, workflowId, step), recordBytes(record));
  }

  async #read(ref: Identity): Promise<{ readonly manifest: ArtifactManifest; readonly sha256: string }> {
    const key = manifestKey(ref);
    const stored = await getIfThere(this.objects, key);
    if (stored === null) throw await this.#notFound(ref);
    const sha256 = sha256Hex(stored.bytes);
    if (!sha256.startsWith(ref.id)) {
      throw new PipelineError('ARTIFACT_CORRUPT', {
        what: `the manifest of ${ref.kind} ${ref.id} is not what was published`,
        where: `object ${key} of store ${this.objects.uri}`,
        expected: `a SHA-256 that begins with ${ref.id}`,
        received: sha256,
        details: { object: key, file: null },
      });
    }
    return { manifest: parseManifest(stored.bytes, key, ref.kind), sha256 };
  }

  async #file(ref: Identity, name: string): Promise<ArtifactFile> {
    const { files } = await this.manifest(ref);
    const file = files.find((candidate) => candidate.name === name);
    if (file !== undefined) return file;
    throw new PipelineError('ARTIFACT_NOT_FOUND', {
      what: `${ref.kind} ${ref.id} has no file "${name}"`,
      where: `store ${this.objects.uri}`,
      expected: files.length === 0 ? 'no file, as it has none' : `one of ${files.map((candidate) => candidate.name).join(', ')}`,
      details: { kind: ref.kind, id: ref.id, file: name },
    });
  }

  async #notFound(ref: Identity): Promise<PipelineError> {
    const ids: string[] = [];
    const prefix = kindPrefix(ref.kind);
    for await (const { key } of this.objects.list(prefix)) {
      const name = key.slice(prefix.length);
      if (!name.includes('/') && name.endsWith('.json')) ids.push(name.slice(0, -'.json'.length));
    }
    const more = ids.length > LISTED ? ` and ${ids.length - LISTED} more` : '';
    return new PipelineError('ARTIFACT_NOT_FOUND', {
      what: `there is no ${ref.kind} ${JSON.stringify(ref.id)}`,
      where: `store ${this.objects.uri}`,
      expected:
        ids.length === 0
          ? `nothing, as it has no artifact of the kind ${ref.kind}`
          : `one of ${ids.slice(0, LISTED).join(', ')}${more}`,
      details: { kind: ref.kind, id: ref.id },
    });
  }

  #refer(manifest: ArtifactManifest, sha256: string): ArtifactRef {
    const id = sha256.slice(0, ID_DIGITS);
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    const uri = `${this.objects.uri}/${manifestKey({ kind: manifest.kind, id })}`;
    return { kind: manifest.kind, id, sha256, bytes, uri, meta: manifest.meta };
  }
}

function checkNames(draft: ArtifactDraft<ArtifactKind, JsonObject>): void {
  const names = draft.files.map((file) => file.name);
  const problems = names.flatMap((name, index) => {
    const found: string[] = [];
    const problem = problemOfName(name);
    if (problem !== null) found.push(`"${name}" is not a path inside the artifact: it ${problem}`);
    if (names.indexOf(name) !== index) found.push(`"${name}" is given more than once`);
    return found;
  });
  if (problems.length > 0) {
    throw new PipelineError('ARTIFACT_INVALID', {
      what: `a ${draft.kind} cannot be published: ${problems.join('; ')}`,
      details: { problems },
    });
  }
}

async function hashDraft(name: string, file: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  try {
    return await sha256File(file);
  } catch (error) {
    throw new PipelineError('ARTIFACT_INVALID', {
      what: `the file of "${name}" cannot be read (${reasonOf(error)})`,
      where: file,
      cause: error,
    });
  }
}
