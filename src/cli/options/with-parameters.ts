import { existsSync } from 'node:fs';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { JsonObject, JsonValue } from '../../contracts/json.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import type { Environment } from '../../store/artifacts/cache-folder.js';
import { loadPipeline, looksLikeFile } from '../load/load-pipeline.js';
import { loadWorkerCode } from '../start/start-worker.js';
import { collect } from './options.js';
import { environmentParameters, flagParameters, flagName, type FlagWords, readParameters, schemaInWords } from './parameters.js';

export interface ParameterFlags {
  readonly params?: string;
  readonly param: readonly string[];
}

/** By command: the parameter behind each option that was made for one, by the option's attribute. */
const generated = new WeakMap<Command, Map<string, string>>();

/** `--params` and `--param`; `declareParameterFlags` adds a flag for each parameter of the pipeline file on the line. */
export function withParameters(command: Command): Command {
  generated.set(command, new Map());
  return command
    .option('--params <json>', 'parameters as one JSON object, or @file.json, @file.yaml')
    .option('--param <name=value>', 'one parameter, repeatable; wins over --params', collect, []);
}

/**
 * Before a line is parsed: gives the command a flag for each parameter of the pipeline file that the line names. A parameter whose flag
 * would mean something else already has none; `--param` sets it.
 * @throws PipelineError `CLI_PIPELINE_FILE`, `AUTHORING_*`: the file cannot be loaded.
 */
export async function declareParameterFlags(program: Command, argv: readonly string[]): Promise<void> {
  const command = program.commands.find((candidate) => candidate.name() === argv[0]);
  const file = argv.slice(1).find(looksLikeFile);
  if (command === undefined || !generated.has(command) || file === undefined || !existsSync(file)) return;
  await loadWhatFollows(command, argv);
  addParameterFlags(command, await loadPipeline(file));
}

/** The code that the command will need anyway: with the loader for TypeScript in place it would take twice as long. */
async function loadWhatFollows(command: Command, argv: readonly string[]): Promise<void> {
  if (command.name() === 'run' && !argv.includes('--help')) await import('../../client/index.js');
  if (argv.includes('--worker')) await loadWorkerCode();
}

/** A flag for each parameter of the pipeline, which `parametersOf` reads. */
export function addParameterFlags(command: Command, { name, plan }: Pipeline): void {
  const flags = generated.get(command) ?? new Map<string, string>();
  generated.set(command, flags);
  const required = new Set(plan.parameters['required'] as readonly string[] | undefined);
  const without: string[] = [];
  for (const [parameter, schema] of propertiesOf(plan.parameters)) {
    const options = optionsFor(parameter, schema, required.has(parameter));
    const taken = (option: Option): boolean =>
      command.options.some(({ long }) => long === option.long) || option.long === '--help';
    if (options.some(taken)) without.push(parameter);
    else {
      for (const option of options) command.addOption(option.helpGroup(`Parameters of ${name}:`));
      for (const option of options) flags.set(option.attributeName(), parameter);
    }
  }
  if (without.length > 0) {
    command.addHelpText('after', `\nSet by --param name=value, for their flags mean something else here: ${without.join(', ')}`);
  }
}

/**
 * The parameters of a command line, by precedence: their own flags, `--param`, `--params`, and, when the pipeline's file is at hand, the
 * environment `PERENNIAL_PARAM_<NAME>`. Defaults are put in where the parameters are checked.
 * @throws PipelineError `CLI_PARAMETERS`.
 */
export async function parametersOf(command: Command, pipeline: Pipeline | null, env: Environment): Promise<JsonObject> {
  const schema = pipeline?.plan.parameters ?? null;
  const words: { [parameter: string]: FlagWords[string] } = {};
  for (const [attribute, parameter] of generated.get(command) ?? []) {
    if (command.getOptionValueSource(attribute) === 'cli')
      words[parameter] = command.getOptionValue(attribute) as FlagWords[string];
  }
  return {
    ...(schema === null ? {} : environmentParameters(schema, env)),
    ...(await readParameters(command.opts<ParameterFlags>(), schema)),
    ...(schema === null ? {} : flagParameters(schema, words)),
  };
}

function optionsFor(parameter: string, schema: JsonObject, required: boolean): readonly Option[] {
  const flag = flagName(parameter);
  const words = schemaInWords(schema, required);
  if (schema['type'] === 'boolean') return [new Option(`--${flag}`, words), new Option(`--no-${flag}`, `not --${flag}`)];
  if (schema['type'] === 'array')
    // Without a default of its own, which the help would show: before the first word there is nothing.
    return [
      new Option(`--${flag} <list>`, words).argParser((word: string, before: readonly string[] | undefined) =>
        collect(word, before ?? []),
      ),
    ];
  return [new Option(`--${flag} <value>`, words)];
}

const propertiesOf = (schema: JsonObject): readonly (readonly [string, JsonObject])[] =>
  Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, JsonValue>>) as [string, JsonObject][];
