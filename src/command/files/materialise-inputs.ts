import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { ArtifactFile, ArtifactRef } from '../../contracts/artifact.js';
import type { JsonObject, JsonValue } from '../../contracts/json.js';
import type { ArtifactStore } from '../../store/artifacts/artifact-store.js';
import { pathInside } from '../../store/path-inside.js';
import type { WorkFolder } from './work-folder.js';

/** A file below `input/data/`, as `input/config.json` lists it. */
export type DataFile = ArtifactFile & { readonly path: string };

/** By input: the files of every artifact that its value names. */
export type DataManifest = { readonly [input: string]: readonly DataFile[] };

/**
 * Writes each input's value as `input/<name>.json`, and copies the files of the artifacts in it, hashes verified, into `input/data/<name>/`;
 * those of an artifact that is a field of the value into a folder of that field's name below.
 */
export async function materialiseInputs(inputs: JsonObject, folder: WorkFolder, artifacts: ArtifactStore): Promise<DataManifest> {
  const manifest: { [input: string]: readonly DataFile[] } = {};
  for (const [name, value] of Object.entries(inputs)) {
    await fs.writeFile(path.join(folder.input, `${name}.json`), `${JSON.stringify(value, null, 2)}\n`);
    const files: DataFile[] = [];
    for (const { ref, at } of artifactsIn(value, name)) files.push(...(await copyFiles(ref, at, folder.data, artifacts)));
    if (files.length > 0) manifest[name] = files;
  }
  return manifest;
}

/** Every artifact that a value names, with the path of its field. */
export function artifactsIn(value: JsonValue, at: string): { readonly ref: ArtifactRef; readonly at: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isArtifact(value)) return [{ ref: value, at }];
  return Object.entries(value).flatMap(([key, part]) => artifactsIn(part, `${at}/${key}`));
}

async function copyFiles(ref: ArtifactRef, at: string, data: string, artifacts: ArtifactStore): Promise<DataFile[]> {
  const { files } = await artifacts.manifest(ref);
  const copied: DataFile[] = [];
  for (const file of files) {
    const target = pathInside(path.join(data, at), file.name, `${ref.kind}/${ref.id}`);
    await fs.mkdir(path.dirname(target), { recursive: true });
    // A copy, not a link: a program that writes into its input must not change the store. Shares the blocks where the disk can.
    await fs.copyFile(await artifacts.localFile(ref, file.name), target, constants.COPYFILE_FICLONE);
    await fs.chmod(target, 0o644);
    copied.push({ ...file, path: `${at}/${file.name}` });
  }
  return copied;
}

function isArtifact(value: object): value is ArtifactRef {
  const texts = ['kind', 'id', 'sha256', 'uri'].every((name) => typeof (value as JsonObject)[name] === 'string');
  return texts && 'meta' in value && 'bytes' in value;
}
