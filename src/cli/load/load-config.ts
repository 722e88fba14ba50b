import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkConfig } from '../../config/check-config.js';
import type { LoadedConfig } from '../../config/settings.js';
import { reasonOf } from '../../errors/describe-thrown.js';
import { PipelineError, isPipelineError } from '../../errors/pipeline-error.js';
import { importModule, placeOf } from '../../modules/import-module.js';

const FILE_NAMES = ['perennial.config.ts', 'perennial.config.mts', 'perennial.config.js', 'perennial.config.mjs'];

/** The nearest configuration file in the folder or above it; null when there is none. */
export function findConfigFile(folder: string): string | null {
  const found = FILE_NAMES.map((name) => path.join(folder, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  const parent = path.dirname(folder);
  return parent === folder ? null : findConfigFile(parent);
}

/**
 * Finds, loads and checks the configuration; null when there is none.
 * @throws PipelineError `CONFIG_INVALID`.
 */
export async function loadConfig(folder: string): Promise<LoadedConfig | null> {
  const file = findConfigFile(folder);
  if (file === null) return null;
  let exported: unknown;
  try {
    const module = await importModule(pathToFileURL(file).href);
    exported = 'default' in module ? module.default : undefined;
  } catch (error) {
    if (isPipelineError(error)) throw error;
    const message = reasonOf(error);
    throw new PipelineError('CONFIG_INVALID', {
      what: `the configuration cannot be loaded: ${message}`,
      where: placeOf(error, file),
      cause: error,
    });
  }
  return { file, config: checkConfig(exported, file) };
}
