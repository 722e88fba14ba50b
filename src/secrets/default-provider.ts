import { anObject, aSecretProvider, aText, listOf } from '../errors/kinds.js';
import { checkCall } from '../errors/check-call.js';
import fs from 'node:fs/promises';
import path from 'node:path';
import { parseEnv, types } from 'node:util';
import { PipelineError } from '../errors/pipeline-error.js';
import type { SecretProvider } from './provider.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Looks first into the folder that `PERENNIAL_SECRETS_DIR` names (one file for each secret, as Kubernetes and Docker mount them), then
 * into the file of `NAME=value` lines that `PERENNIAL_SECRETS_FILE` names, then into the environment. An empty value counts as none.
 */
export function defaultSecretProvider(environment: Environment): SecretProvider {
  checkCall('defaultSecretProvider', { environment }, { environment: anObject });
  const { PERENNIAL_SECRETS_DIR: folder = '', PERENNIAL_SECRETS_FILE: file = '' } = environment;
  return firstOf([
    ...(folder === '' ? [] : [folderSecrets(folder)]),
    ...(file === '' ? [] : [envFileSecrets(file)]),
    environmentSecrets(environment),
  ]);
}

/** Files read again each time, so that a rotated secret counts from the next attempt on; one closing line break is not part of the value. */
export function folderSecrets(folder: string): SecretProvider {
  checkCall('folderSecrets', { folder }, { folder: aText });
  return {
    place: `the folder ${folder}`,
    read: async (name) => {
      const text = await readIfThere(path.join(folder, name));
      return text === null ? null : text.replace(/\r?\n$/, '');
    },
  };
}

/** Secrets from a file of lines `NAME=value`. */
export function envFileSecrets(file: string): SecretProvider {
  checkCall('envFileSecrets', { file }, { file: aText });
  return {
    place: `the file ${file}`,
    read: async (name) => {
      const text = await readIfThere(file);
      return text === null ? null : (parseEnv(text)[name] ?? null);
    },
  };
}

/** Secrets from environment variables of the same name. */
export function environmentSecrets(environment: Environment): SecretProvider {
  checkCall('environmentSecrets', { environment }, { environment: anObject });
  return { place: 'the environment of the worker', read: (name) => Promise.resolve(environment[name] ?? null) };
}

/** The first provider that has a value that is not empty. */
export function firstOf(providers: readonly SecretProvider[]): SecretProvider {
  checkCall('firstOf', { providers }, { providers: listOf(aSecretProvider) });
  return {
    place: providers.map(({ place }) => place).join(', then '),
    read: async (name) => {
      for (const provider of providers) {
        const value = await provider.read(name);
        if (value !== null && value !== '') return value;
      }
      return null;
    },
  };
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    const code = types.isNativeError(error) ? (error as NodeJS.ErrnoException).code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new PipelineError('SECRET_UNREADABLE', { what: `a secret cannot be read (${code ?? 'unknown'})`, where: file });
  }
}
