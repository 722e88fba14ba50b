import { statSync } from 'node:fs';
import path from 'node:path';
import { type ModuleGraph, moduleGraph } from './module-graph.js';
import { packageVersion } from './package-version.js';
import { definingFileHash, moduleHash } from './source-hash.js';

/** Parts of a step's code by name, each with its hash or version. */
export type StepCode = { readonly [part: string]: string };

type Known = { readonly stamps: ReadonlyMap<string, string>; readonly graph: ModuleGraph; readonly code: StepCode };

const known = new Map<string, Known>();

/**
 * What all steps of a file share: the file around the definition, the local modules that it imports, the packages of all of these. Read again
 * when one of these files, or the version of a package, has changed since; a new import is such a change.
 */
export async function sharedCode(file: string): Promise<StepCode> {
  const before = known.get(file);
  if (before !== undefined && (await isCurrent(before))) return before.code;
  const graph = await moduleGraph(file);
  const { modules, packages } = graph;
  const stamps = new Map([file, ...modules].map((module) => [module, stampOf(module)]));
  const folder = path.dirname(file);
  const name = (module: string): string => path.relative(folder, module).replaceAll(path.sep, '/');
  const [own, ...imported] = await Promise.all([definingFileHash(file), ...modules.map(moduleHash)]);
  const code = {
    [`file ${path.basename(file)}`]: own,
    ...Object.fromEntries(modules.map((module, index) => [`module ${name(module)}`, imported[index] ?? ''])),
    ...Object.fromEntries(Object.entries(packages).map(([name, version]) => [`package ${name}`, version])),
  };
  known.set(file, { stamps, graph, code });
  return code;
}

async function isCurrent({ stamps, graph }: Known): Promise<boolean> {
  if ([...stamps].some(([module, stamp]) => stampOf(module) !== stamp)) return false;
  const versions = await Promise.all([...graph.importers].map(([name, folder]) => packageVersion(name, folder)));
  return [...graph.importers.keys()].every((name, index) => graph.packages[name] === versions[index]);
}

/** Changes whenever the file does, as far as its system tells. */
function stampOf(file: string): string {
  const status = statSync(file, { bigint: true, throwIfNoEntry: false });
  return status === undefined ? 'gone' : `${status.ino}-${status.mtimeNs}-${status.size}`;
}
