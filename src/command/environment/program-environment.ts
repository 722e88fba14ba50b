import os from 'node:os';
import type { CommandSettings } from '../../contracts/stages/command.js';
import type { StepContext } from '../../pipeline/step-context.js';
import { deviceEnvironment } from './device-environment.js';
import type { DataManifest } from '../files/materialise-inputs.js';
import type { WorkFolder } from '../files/work-folder.js';
import { asText, asTexts, HOST } from '../files/write-config.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a program gets from the worker without being asked: nothing in it is a secret of the worker. */
const INHERITED = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'LD_LIBRARY_PATH', 'JAVA_HOME'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
  ...['CUDA_VISIBLE_DEVICES', 'CUDA_HOME', 'OMP_NUM_THREADS'],
];
const INHERITED_PREFIXES = ['LC_', 'NVIDIA_'];

/** The variables of the worker that any program may see, and those that `also` names. */
export function inheritedVariables(worker: Environment, also: readonly string[] = []): { [name: string]: string } {
  const wanted = (name: string): boolean =>
    INHERITED.includes(name) || also.includes(name) || INHERITED_PREFIXES.some((prefix) => name.startsWith(prefix));
  const entries = Object.entries(worker).filter((entry): entry is [string, string] => entry[1] !== undefined && wanted(entry[0]));
  return Object.fromEntries(entries);
}

/** Everything about the step that its environment tells. */
export type ProgramFacts = {
  readonly settings: Pick<CommandSettings, 'env' | 'inherit' | 'hyperparameters'>;
  readonly data: DataManifest;
  readonly folder: WorkFolder;
  readonly context: Pick<StepContext, 'run' | 'step' | 'seed' | 'attempt' | 'devices' | 'devicesAreLent' | 'control'>;
  /** Folder of the worker, from which the pipeline's paths are read. */
  readonly project: string;
  readonly worker: Environment;
};

/** All of a program's environment: inherited variables, ours, SageMaker's, and at last those of the step itself. */
export function programEnvironment(facts: ProgramFacts): { readonly [name: string]: string } {
  const { settings, folder, worker } = facts;
  const own = Object.entries(settings.env).map(([name, value]) => [name, asText(value)]);
  return {
    ...inheritedVariables(worker, settings.inherit),
    ...deviceVariables(facts.context),
    TMPDIR: folder.temporary,
    PYTHONUNBUFFERED: '1',
    ...ourVariables(facts),
    ...sageMakerVariables(facts),
    ...(Object.fromEntries(own) as { [name: string]: string }),
  };
}

/** Where devices are lent, a step sees those that it leased, be it none; elsewhere it sees what the worker sees. */
function deviceVariables({ devices, devicesAreLent }: ProgramFacts['context']): { readonly [name: string]: string } {
  return devicesAreLent === true || devices.length > 0 ? deviceEnvironment(devices) : {};
}

function countDevices({ context, worker }: ProgramFacts): number {
  if (context.devicesAreLent === true || context.devices.length > 0) return context.devices.length;
  const list = (worker['CUDA_VISIBLE_DEVICES'] ?? '').split(',');
  return list.filter((id) => id.trim() !== '' && id.trim() !== '-1').length;
}

function ourVariables({ folder, context, project }: ProgramFacts): { [name: string]: string } {
  const { run, step, seed, attempt } = context;
  return {
    PERENNIAL_FOLDER: folder.root,
    PERENNIAL_PROJECT: project,
    PERENNIAL_CONFIG: `${folder.input}/config.json`,
    PERENNIAL_INPUT_DIR: folder.input,
    PERENNIAL_CHECKPOINT_DIR: folder.checkpoint,
    PERENNIAL_MODEL_DIR: folder.model,
    PERENNIAL_OUTPUT_DIR: folder.output,
    ...(context.control.takesOrders ? { PERENNIAL_CONTROL: folder.control } : {}),
    PERENNIAL_PIPELINE: run.pipeline,
    PERENNIAL_WORKFLOW_ID: run.workflowId,
    PERENNIAL_RUN_ID: run.runId,
    PERENNIAL_STEP: step,
    PERENNIAL_ATTEMPT: String(attempt),
    PERENNIAL_SEED: String(seed),
  };
}

function sageMakerVariables(facts: ProgramFacts): { [name: string]: string } {
  const { settings, data, folder } = facts;
  const gpus = countDevices(facts);
  const { hyperparameters } = settings;
  const channels = Object.keys(data).map((name) => [name, `${folder.data}/${name}`] as const);
  const cpus = os.availableParallelism();
  const training = {
    channel_input_dirs: Object.fromEntries(channels),
    current_host: HOST,
    hosts: [HOST],
    hyperparameters,
    input_config_dir: folder.inputConfig,
    input_dir: folder.input,
    model_dir: folder.model,
    num_cpus: cpus,
    num_gpus: gpus,
    output_data_dir: folder.outputData,
    output_dir: folder.output,
  };
  return {
    SM_MODEL_DIR: folder.model,
    SM_INPUT_DIR: folder.input,
    SM_INPUT_CONFIG_DIR: folder.inputConfig,
    SM_OUTPUT_DIR: folder.output,
    SM_OUTPUT_DATA_DIR: folder.outputData,
    SM_CHANNELS: JSON.stringify(channels.map(([name]) => name)),
    ...Object.fromEntries(channels.map(([name, at]) => [`SM_CHANNEL_${variablePart(name)}`, at])),
    SM_HPS: JSON.stringify(hyperparameters),
    ...Object.fromEntries(Object.entries(asTexts(hyperparameters)).map(([name, text]) => [`SM_HP_${variablePart(name)}`, text])),
    SM_HOSTS: JSON.stringify([HOST]),
    SM_CURRENT_HOST: HOST,
    SM_NUM_CPUS: String(cpus),
    SM_NUM_GPUS: String(gpus),
    SM_TRAINING_ENV: JSON.stringify(training),
  };
}

const variablePart = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
