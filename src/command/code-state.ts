import fs from 'node:fs/promises';
import path from 'node:path';
import type { CommandConfig } from '../contracts/stages/command.js';
import type { JsonObject } from '../contracts/json.js';
import { sha256File, sha256Hex } from '../store/hash.js';

/**
 * SHA-256 of every file of the project that a command or script names, and of all below its folders: what its result depends on beside its
 * configuration. A program without a slash, and what a script imports, do not count. `missing` stands for a file that is not there.
 */
export async function codeState(config: CommandConfig, project: string): Promise<JsonObject> {
  const hashed = await Promise.all(
    namesOf(config).map(async (name) => [name, await hashOf(path.resolve(project, name))] as const),
  );
  return Object.fromEntries(hashed.map(([name, sha256]) => [name, { sha256 }]));
}

function namesOf(config: CommandConfig): string[] {
  if (config.program === 'python') {
    const { requirements } = config;
    return [config.script, ...(requirements !== null && 'file' in requirements ? [requirements.file] : [])];
  }
  const [program] = config.command;
  const isCopied = config.code.some((code) => typeof program === 'string' && path.normalize(program).startsWith(code));
  return [...config.code, ...(typeof program === 'string' && program.includes('/') && !isCopied ? [program] : [])];
}

async function hashOf(file: string): Promise<string> {
  const status = await fs.stat(file).catch(() => null);
  if (status === null) return 'missing';
  if (!status.isDirectory()) return (await sha256File(file)).sha256;
  const names = (await fs.readdir(file)).sort();
  const parts = await Promise.all(names.map(async (name) => `${name} ${await hashOf(path.join(file, name))}`));
  return sha256Hex(parts.join('\n'));
}
