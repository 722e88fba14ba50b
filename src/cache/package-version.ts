import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isAbsent } from '../store/file-errors.js';

/** Version of this package: the code version of the built-in stages. */
export const OWN_VERSION = (createRequire(import.meta.url)('../../../package.json') as { readonly version: string }).version;

/** The version of a package as a module in `folder` finds it, or `not found`. */
export async function packageVersion(name: string, folder: string): Promise<string> {
  if (name === 'perennial') return OWN_VERSION;
  for (let at = folder; ; at = path.dirname(at)) {
    const version = await versionIn(path.join(at, 'node_modules', name, 'package.json'));
    if (version !== null) return version;
    if (path.dirname(at) === at) return 'not found';
  }
}

async function versionIn(file: string): Promise<string | null> {
  try {
    const manifest = JSON.parse(await fs.readFile(file, 'utf8')) as { readonly version?: unknown };
    return typeof manifest.version === 'string' ? manifest.version : 'without version';
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}
