import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { WorkflowBundle } from '@temporalio/worker';
import { isAbsent } from '../../store/file-errors.js';

/** What a bundle was made with and the code itself; Temporal asks that its worker and the workflow package inside have one version. */
interface Prebuilt {
  readonly temporal: string;
  readonly code: string;
}

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent: readonly string[];
}

const PACKAGE_FOLDER = fileURLToPath(new URL('../../../../', import.meta.url));
const FILE = fileURLToPath(new URL('../../../workflows/bundle.json', import.meta.url));
const MAP = '\n//# sourceMappingURL=data:';
const BASE64 = 'base64,';
const temporal = (createRequire(import.meta.url)('@temporalio/worker/package.json') as { readonly version: string }).version;

/**
 * The bundle of our workflows that the build left in the package: a worker that reads it starts two seconds sooner and a hundred MiB smaller than
 * one that makes it. Null when the package runs from its sources, or when the installed Temporal is not the one it was made with.
 */
export async function readPrebuilt(file = FILE, version = temporal): Promise<WorkflowBundle | null> {
  try {
    const { code, temporal: madeWith } = JSON.parse(await fs.readFile(file, 'utf8')) as Prebuilt;
    return madeWith === version ? { code } : null;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Writes the bundle where {@link readPrebuilt} looks for it. */
export async function writePrebuilt({ code }: WorkflowBundle, file = FILE, version = temporal): Promise<void> {
  await fs.writeFile(file, JSON.stringify({ temporal: version, code: withoutFolders(code) } satisfies Prebuilt));
}

/** The code with a source map that names files from the package on, whatever folder it was made in, and does not repeat their text. */
function withoutFolders(code: string): string {
  const start = code.lastIndexOf(MAP);
  const at = code.indexOf(BASE64, start) + BASE64.length;
  const map = JSON.parse(Buffer.from(code.slice(at), 'base64').toString()) as SourceMap;
  const sources = map.sources.map((source) => source.replaceAll(PACKAGE_FOLDER, 'perennial/'));
  return code.slice(0, at) + Buffer.from(JSON.stringify({ ...map, sources, sourcesContent: undefined })).toString('base64');
}
