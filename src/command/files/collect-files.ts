import fs from 'node:fs/promises';
import path from 'node:path';
import type { ArtifactRef } from '../../contracts/artifact.js';
import type { FilesMeta } from '../../contracts/stages/command.js';
import type { ArtifactStore } from '../../store/artifacts/artifact-store.js';

export type FoundFiles = { readonly files: readonly string[]; readonly leftOut: readonly string[] };

/** What a program says to us, not to the steps after it. */
const NOT_OUTPUT = new Set(['failure.json', 'failure', 'result.json']);

/** The regular files below a folder by their path in it, sorted. Links and devices are left out: they could lead anywhere. */
export async function filesBelow(folder: string): Promise<FoundFiles> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  const named = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({ entry, name: path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/') }));
  return {
    files: named
      .filter(({ entry }) => entry.isFile())
      .map(({ name }) => name)
      .sort(),
    leftOut: named.filter(({ entry }) => !entry.isFile()).map(({ name }) => name),
  };
}

/** Publishes what a program left in one of its folders; null when it left nothing. */
export async function publishFolder(
  which: FilesMeta['folder'],
  folder: string,
  artifacts: ArtifactStore,
  inputs: readonly Pick<ArtifactRef, 'kind' | 'id'>[],
  onLeftOut: (names: readonly string[]) => void,
): Promise<ArtifactRef<'files', FilesMeta> | null> {
  const { files, leftOut } = await filesBelow(folder);
  if (leftOut.length > 0) onLeftOut(leftOut);
  const kept = which === 'output' ? files.filter((name) => !NOT_OUTPUT.has(name)) : files;
  if (kept.length === 0) return null;
  return artifacts.publish({
    kind: 'files',
    files: kept.map((name) => ({ name, mediaType: mediaTypeOf(name), content: { path: path.join(folder, name) } })),
    meta: { folder: which, files: kept.length },
    inputs,
  });
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.html': 'text/html',
  '.json': 'application/json',
  '.jsonl': 'application/x-ndjson',
  '.md': 'text/markdown',
  '.parquet': 'application/vnd.apache.parquet',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
};

const mediaTypeOf = (name: string): string => MEDIA_TYPES[path.extname(name).toLowerCase()] ?? 'application/octet-stream';
