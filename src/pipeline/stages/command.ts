import type { PatternSpec } from '../../contracts/stages/command.js';
import type { Parameter, ParameterShape, ParameterValue } from '../../schema/parameter.js';
import { parameterSchema } from '../../schema/parameter-schema.js';
import type { Duration } from '../duration.js';
import type { OptionReader } from '../lint/issues.js';
import type { ParameterReference } from '../references/parameter-reference.js';
import type { SecretReference } from '../options/secret.js';
import type { StepOptions } from '../options/step-options.js';
import type { StepInputs } from './custom.js';
import { givenParameters } from './custom.js';
import { reasonOf } from '../../errors/describe-thrown.js';

/** One word of a command line, or the value of an environment variable. */
export type CommandWord = string | number | boolean | ParameterReference;
export type Hyperparameter = CommandWord | ParameterReference<ParameterValue> | readonly Hyperparameter[];

/** Options that `p.command` and `p.python` have in common. */
export interface ProgramOptions<Metric extends string = string> extends Omit<StepOptions, 'id'> {
  /** Artifacts become files in `input/data/<name>/`, every value, of a parameter too, becomes `input/<name>.json`. */
  readonly inputs?: StepInputs;
  /** Further environment variables; the only place where a program may get a secret. */
  readonly env?: { readonly [name: string]: CommandWord | SecretReference };
  /** Names of variables that the program gets from the worker, beside PATH, HOME, the locale, proxies and devices. */
  readonly inherit?: readonly string[];
  /** Typed values in `input/config.json`, and as text in `SM_HP_<NAME>`. */
  readonly hyperparameters?: { readonly [name: string]: Hyperparameter };
  /** By name: an expression whose first group is the value; looked for in each line of output, the last match counts. */
  readonly metrics?: { readonly [Name in Metric]: RegExp | string };
  /** An expression whose first group is what is done, and whose second, if any, is the total. */
  readonly progress?: RegExp | string;
  /** Files that must be there at the end, such as `model/model.onnx`; without one of them exit code 0 is a failure. */
  readonly outputs?: readonly string[];
  /** From SIGTERM to SIGKILL when the step is told to stop; default 120 seconds. */
  readonly grace?: Duration;
  /** How often a changed `checkpoint/` is saved; default 30 seconds. */
  readonly checkpointEvery?: Duration;
}

/** Options of `p.command`, a program as a step. */
export interface CommandOptions<Metric extends string = string> extends ProgramOptions<Metric> {
  /** The program and its arguments; no shell reads them. A program with a slash is looked for from the folder of the worker. */
  readonly command: readonly [CommandWord, ...CommandWord[]];
  /** Files and folders, from the folder of the worker, that are copied to where the program runs. */
  readonly code?: readonly string[];
}

/** Options of `p.python`, a Python script as a step. */
export interface PythonOptions<Metric extends string = string> extends ProgramOptions<Metric> {
  /** Path of the script, from the folder of the worker. */
  readonly script: string;
  /** Path of a requirements file, or the requirements themselves. Installed once for each content into an environment of their own. */
  readonly requirements?: string | readonly string[];
  /** Which interpreter; default `python3`. */
  readonly python?: string;
  readonly arguments?: readonly CommandWord[];
}

/** The typed content of `output/result.json`. */
export interface WithResult<Shape extends ParameterShape> {
  readonly result: Shape;
}

export type ResultValues<Shape extends ParameterShape> = {
  readonly [Name in keyof Shape]: Shape[Name] extends Parameter<infer Value> ? Value : never;
};

type Options<Own extends ProgramOptions> = Own & { readonly result?: ParameterShape };

/** Becomes a `CommandConfig`. */
export function commandConfig(options: Options<CommandOptions>, id: string, read: OptionReader): object {
  const { command, code = [] } = options;
  const [program] = command as readonly CommandWord[];
  if (program === undefined || program === '') read.at('command').report('command', 'expected a program and its arguments');
  for (const [index, name] of code.entries()) checkCode(name, read.at('code').at(index));
  return { program: 'command', command, code, ...settings(options, id, read) };
}

/** Becomes a `CommandConfig`. */
export function pythonConfig(options: Options<PythonOptions>, id: string, read: OptionReader): object {
  const { script, python = 'python3', requirements, arguments: words = [] } = options;
  if (script === '') read.at('script').report('command', 'expected the path of a Python script');
  const wanted = typeof requirements === 'string' ? { file: requirements } : { packages: requirements ?? [] };
  const none = 'packages' in wanted && wanted.packages.length === 0;
  return {
    program: 'python',
    script,
    python,
    requirements: none ? null : wanted,
    arguments: words,
    ...settings(options, id, read),
  };
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const CHANNEL = /^[A-Za-z][A-Za-z0-9_-]*$/;
/** What is there already where the program runs. */
const OWN_FOLDERS = ['input', 'checkpoint', 'model', 'output', 'tmp', 'control.json'];

function settings(options: Options<ProgramOptions>, id: string, read: OptionReader): object {
  const { env = {}, inherit = [], hyperparameters = {}, metrics = {}, progress, outputs = [], result } = options;
  for (const name of [...Object.keys(env), ...inherit]) {
    if (!VARIABLE.test(name)) read.at('env').report('command', `"${name}" is not the name of an environment variable`);
  }
  for (const name of Object.keys(options.inputs ?? {})) {
    if (!CHANNEL.test(name) || name === 'config')
      read.at(`inputs.${name}`).report('command', `expected a name that matches ${CHANNEL.source} and is not "config"`);
  }
  for (const [index, name] of outputs.entries()) {
    if (!isInside(name) || !/^(output|model)\/./.test(name))
      read.at('outputs').at(index).report('command', `expected a path in output/ or model/, got "${name}"`);
  }
  return {
    ...givenParameters(options.inputs),
    env,
    inherit,
    hyperparameters,
    metrics: Object.entries(metrics).map(([name, pattern]) => ({ name, ...patternSpec(pattern, read.at(`metrics.${name}`)) })),
    progress: progress === undefined ? null : patternSpec(progress, read.at('progress')),
    outputs,
    result: result === undefined ? null : parameterSchema(id, result),
    graceMs: read.at('grace').duration(options.grace ?? '120 seconds'),
    checkpointEveryMs: read.at('checkpointEvery').duration(options.checkpointEvery ?? '30 seconds'),
  };
}

function patternSpec(pattern: RegExp | string, read: OptionReader): PatternSpec {
  const { source, flags } = typeof pattern === 'string' ? { source: pattern, flags: '' } : pattern;
  const stateless = flags.replace(/[gy]/g, '');
  try {
    const groups = new RegExp(`${source}|`, stateless).exec('')?.length ?? 0;
    if (groups < 2) read.report('command', `expected an expression with a group, got /${source}/`);
  } catch (error) {
    read.report('command', reasonOf(error));
  }
  return { source, flags: stateless };
}

function checkCode(name: string, read: OptionReader): void {
  const [first = ''] = name.split('/');
  if (!isInside(name)) read.report('command', `expected a path inside the folder of the worker, got "${name}"`);
  else if (OWN_FOLDERS.includes(first))
    read.report('command', `"${first}" is a name that the step needs for itself; name it otherwise`);
}

const isInside = (name: string): boolean => name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
