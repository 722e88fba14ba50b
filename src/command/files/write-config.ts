import fs from 'node:fs/promises';
import path from 'node:path';
import type { CommandSettings } from '../../contracts/stages/command.js';
import type { JsonValue } from '../../contracts/json.js';
import type { StepContext } from '../../pipeline/step-context.js';
import type { DataManifest } from './materialise-inputs.js';
import type { WorkFolder } from './work-folder.js';

/** Writes `input/config.json`, and the three files of SageMaker's `input/config/` for programs that were written for it. */
export async function writeConfig(
  settings: Pick<CommandSettings, 'hyperparameters'>,
  data: DataManifest,
  folder: WorkFolder,
  context: Pick<StepContext, 'run' | 'step' | 'seed' | 'parameters'>,
): Promise<void> {
  const { run, step, seed, parameters } = context;
  const { hyperparameters } = settings;
  await writeJson(path.join(folder.input, 'config.json'), { run, step, seed, parameters, hyperparameters, data });
  const channels = Object.keys(data).map((name) => [name, { TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated' }]);
  await writeJson(path.join(folder.inputConfig, 'hyperparameters.json'), asTexts(hyperparameters));
  await writeJson(path.join(folder.inputConfig, 'inputdataconfig.json'), Object.fromEntries(channels) as JsonValue);
  await writeJson(path.join(folder.inputConfig, 'resourceconfig.json'), { current_host: HOST, hosts: [HOST] });
}

/** SageMaker's name for the only host of a job. */
export const HOST = 'algo-1';

/** SageMaker's form of hyperparameters: every value is text. */
export function asTexts(values: { readonly [name: string]: JsonValue }): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, asText(value)]));
}

export const asText = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value));

async function writeJson(file: string, value: unknown): Promise<void> {
  await fs.writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
}
