import fs from 'node:fs/promises';
import path from 'node:path';
import type { CommandConfig } from '../contracts/stages/command.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { PythonPlace } from './environment/python-environment.js';
import { pythonFor } from './environment/python-environment.js';
import type { WorkFolder } from './files/work-folder.js';
import { asText } from './files/write-config.js';

/** A program as the operating system takes it, and its name for messages. */
export type Invocation = { readonly program: string; readonly arguments: readonly string[]; readonly name: string };

/** @throws PipelineError `COMMAND_FILE_MISSING` naming every file that is missing, and those of `pythonFor`. */
export async function invocationOf(config: CommandConfig, folder: WorkFolder, place: PythonPlace): Promise<Invocation> {
  const { project, where } = place;
  if (config.program === 'python') {
    const script = path.resolve(project, config.script);
    await mustExist([script], where);
    const program = await pythonFor(config, place);
    return { program, arguments: [script, ...config.arguments.map(asText)], name: config.script };
  }
  await mustExist(
    config.code.map((name) => path.resolve(project, name)),
    where,
  );
  for (const name of config.code) {
    await fs.mkdir(path.dirname(path.join(folder.root, name)), { recursive: true });
    await fs.cp(path.resolve(project, name), path.join(folder.root, name), { recursive: true });
  }
  const [name = '', ...words] = config.command.map(asText);
  const isCopied = config.code.some((code) => path.normalize(name) === code || path.normalize(name).startsWith(`${code}/`));
  const program = name.includes('/') ? path.resolve(isCopied ? folder.root : project, name) : name;
  return { program, arguments: words, name };
}

async function mustExist(files: readonly string[], where: string): Promise<void> {
  const there = await Promise.all(files.map((file) => fs.stat(file).catch(() => null)));
  const missing = files.filter((_, index) => there[index] === null);
  if (missing.length === 0) return;
  throw new PipelineError('COMMAND_FILE_MISSING', { what: `there is no ${missing.join(', no ')}`, where, details: { missing } });
}
