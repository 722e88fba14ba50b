import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isAbsent } from '../../store/file-errors.js';
import { sha256Hex } from '../../store/hash.js';
import { PACKAGE_NAME } from '../../contracts/package-name.js';

/** Version of this package: the code version of the built-in stages. */
export const OWN_VERSION = (createRequire(import.meta.url)('../../../../package.json') as { readonly version: string }).version;

type Manifest = { readonly folder: string; readonly version: string; readonly needs: readonly string[] };

/** Manifests that were looked for already, by their path; null where none is. */
export type KnownManifests = Map<string, Promise<Manifest | null>>;

/**
 * The version of a package as a module in `folder` finds it, or `not found`. Where it needs other packages, a hash of their versions, and of
 * those that these need, follows: a package below may change while the one above keeps its version.
 */
export async function packageVersion(name: string, folder: string, known: KnownManifests = new Map()): Promise<string> {
  if (name === PACKAGE_NAME) return OWN_VERSION;
  const manifest = await findManifest(name, folder, known);
  if (manifest === null) return 'not found';
  const below = await versionsBelow(manifest, known);
  if (below.length === 0) return manifest.version;
  return `${manifest.version} with ${sha256Hex(below.join('\n')).slice(0, 12)}`;
}

async function versionsBelow(top: Manifest, known: KnownManifests): Promise<string[]> {
  const found = new Map([[top.folder, top]]);
  for (let level = [top]; level.length > 0;) {
    const asked = level.flatMap(({ folder, needs }) => needs.map((name) => findManifest(name, folder, known)));
    const needed = await Promise.all(asked);
    level = needed.filter((manifest): manifest is Manifest => manifest !== null && !found.has(manifest.folder));
    for (const manifest of level) found.set(manifest.folder, manifest);
  }
  const below = [...found.values()].filter((manifest) => manifest !== top);
  return below.map(({ folder, version }) => `${nameOf(folder)} ${version}`).sort();
}

/** Where it lies does not count, for that differs between machines. */
const nameOf = (folder: string): string => folder.slice(folder.lastIndexOf('node_modules'));

async function findManifest(name: string, folder: string, known: KnownManifests): Promise<Manifest | null> {
  for (let at = folder; ; at = path.dirname(at)) {
    const file = path.join(at, 'node_modules', name, 'package.json');
    const read = known.get(file) ?? readManifest(file);
    known.set(file, read);
    const manifest = await read;
    if (manifest !== null) return manifest;
    if (path.dirname(at) === at) return null;
  }
}

async function readManifest(file: string): Promise<Manifest | null> {
  try {
    const { version, dependencies, peerDependencies, optionalDependencies } = JSON.parse(await fs.readFile(file, 'utf8')) as {
      readonly [field: string]: unknown;
    };
    return {
      folder: await fs.realpath(path.dirname(file)),
      version: typeof version === 'string' ? version : 'without version',
      needs: [dependencies, peerDependencies, optionalDependencies].flatMap((needs) => Object.keys(needs ?? {})),
    };
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}
