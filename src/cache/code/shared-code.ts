import { statSync } from 'node:fs';
import path from 'node:path';
import { sha256Hex } from '../../store/hash.js';
import { type ModuleGraph, moduleGraph } from './module-graph.js';
import { isCode, readDefiningFile, readModule, type ReadSource } from './source-hash.js';

/** Parts of a step's code by name, each with its hash or version. */
export type StepCode = { readonly [part: string]: string };

/** Where the code of a pipeline's steps is written. */
export interface CodeFiles {
  /** Where the pipeline is defined: the file itself and the callers of the factory that made it. */
  readonly defining: readonly [string, ...string[]];
  /** Where functions of steps came from beside those and what they import. */
  readonly others: readonly string[];
}

export interface SharedCode {
  readonly code: StepCode;
  /** Why there may be more to the code than can be seen, or null. */
  readonly unseen: string | null;
  /** Whether the files are still those that were read. A process for steps that starts later loads what is there then. */
  readonly isUnchanged: () => boolean;
}

type Known = {
  readonly stamps: ReadonlyMap<string, string>;
  readonly code: StepCode;
  readonly environment: readonly string[];
  readonly unseen: string | null;
};

const known = new Map<string, Known>();

/**
 * What all steps of a pipeline share: the files around the definition, the local modules that they import, the packages of all of these, and
 * the variables of the environment that these files read by name. Files are read again when one of them, or the manifest of a package, has
 * changed since; a new import is such a change.
 */
export async function sharedCode(files: CodeFiles): Promise<SharedCode> {
  const key = JSON.stringify(files);
  const before = known.get(key);
  const now = before !== undefined && areUnchanged(before) ? before : await readFiles(files);
  known.set(key, now);
  const variables = Object.fromEntries(now.environment.map((name) => [`variable ${name}`, hashOfVariable(name)]));
  return { code: { ...now.code, ...variables }, unseen: now.unseen, isUnchanged: () => areUnchanged(now) };
}

async function readFiles({ defining, others }: CodeFiles): Promise<Known> {
  const folder = path.dirname(defining[0]);
  const name = (file: string): string => path.relative(folder, file).replaceAll(path.sep, '/');
  const definingFiles = await readAll([...new Set(defining)], readDefiningFile);
  const modules = new Map<string, ReadSource>();
  // A module may name a file that imports others in turn: a worker thread, for instance.
  for (let entries = [...definingFiles.keys(), ...others]; ;) {
    const graph = await moduleGraph(entries);
    const found = [...graph.modules, ...others].filter((file) => !definingFiles.has(file) && !modules.has(file));
    for (const [file, source] of await readAll(found, readModule)) modules.set(file, source);
    const named = [...definingFiles, ...modules].flatMap(([file, source]) => namedFiles(file, source));
    const unread = [...new Set(named)].filter((file) => !definingFiles.has(file) && !modules.has(file));
    if (unread.length === 0) return toKnown(definingFiles, modules, graph, name);
    for (const [file, source] of await readAll(unread, readModule)) modules.set(file, source);
    entries = [...entries, ...unread.filter(isCode)];
  }
}

function toKnown(
  definingFiles: ReadonlyMap<string, ReadSource>,
  modules: ReadonlyMap<string, ReadSource>,
  graph: ModuleGraph,
  name: (file: string) => string,
): Known {
  const all = [...definingFiles, ...modules];
  const unknown = all.filter(([, { loadsUnknown }]) => loadsUnknown).map(([file]) => name(file));
  const sorted = [...modules].sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    stamps: new Map([...all.map(([file]) => file), ...graph.manifests].map((file) => [file, stampOf(file)])),
    code: {
      ...Object.fromEntries([...definingFiles].map(([file, { hash }]) => [`file ${name(file)}`, hash])),
      ...Object.fromEntries(sorted.map(([file, { hash }]) => [`module ${name(file)}`, hash])),
      ...Object.fromEntries(Object.entries(graph.packages).map(([one, version]) => [`package ${one}`, version])),
    },
    environment: [...new Set(all.flatMap(([, { environment }]) => environment))].sort(),
    unseen: unknown.length === 0 ? null : `${unknown.join(', ')} loads modules whose names only a run knows: import them by name`,
  };
}

async function readAll(files: readonly string[], read: (file: string) => Promise<ReadSource>): Promise<Map<string, ReadSource>> {
  return new Map(await Promise.all(files.map(async (file) => [file, await read(file)] as const)));
}

/** Those that are there. */
function namedFiles(file: string, { files }: ReadSource): string[] {
  const absolute = files.map((named) => path.resolve(path.dirname(file), named));
  return absolute.filter((named) => statSync(named, { throwIfNoEntry: false })?.isFile() === true);
}

const areUnchanged = ({ stamps }: Pick<Known, 'stamps'>): boolean =>
  [...stamps].every(([module, stamp]) => stampOf(module) === stamp);

/** The file and the local modules that it imports, directly or not. Throws what the bundler throws when one of them cannot be read. */
export async function codeFiles(file: string): Promise<readonly string[]> {
  return [file, ...(await moduleGraph([file])).modules];
}

/** Changes whenever the file does, as far as its system tells. */
export function stampOf(file: string): string {
  const status = statSync(file, { bigint: true, throwIfNoEntry: false });
  return status === undefined ? 'gone' : `${status.ino}-${status.mtimeNs}-${status.size}`;
}

function hashOfVariable(name: string): string {
  const value = process.env[name];
  return value === undefined ? 'not set' : sha256Hex(value);
}
