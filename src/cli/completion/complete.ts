import type { Command, Option } from 'commander';
import { DEFAULT_TASK_QUEUE } from '../../contracts/plan/pools.js';
import { declareParameterFlags } from '../options/with-parameters.js';

/** The server must answer faster than a person gets impatient. */
const SERVER_PATIENCE_MS = 1_000;
const MOST_IDS = 50;

/**
 * What may stand in place of the last word of a line, one per line of output; nothing lets the shell offer file names. Never fails: a
 * pipeline file that does not load and a server that does not answer only make the list shorter.
 */
export async function complete(program: Command, words: readonly string[]): Promise<readonly string[]> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  await declareParameterFlags(program, before).catch(() => undefined);
  const { command, rest } = commandOf(program, before);
  return (await candidates(command, rest, current)).filter((candidate) => candidate.startsWith(current)).sort();
}

async function candidates(command: Command, rest: readonly string[], current: string): Promise<readonly string[]> {
  const asking = optionOf(command, rest.at(-1));
  if (asking?.required === true || asking?.optional === true) return valuesOf(asking);
  if (current.startsWith('-'))
    return command.options.flatMap(({ long, hidden }) => (typeof long === 'string' && !hidden ? [long] : []));
  if (command.commands.length > 0) return command.commands.map((child) => child.name());
  const position = operands(command, rest).length;
  const argument = command.registeredArguments[position] ?? command.registeredArguments.findLast(({ variadic }) => variadic);
  if (argument?.argChoices !== undefined) return argument.argChoices;
  return idsFor(argument?.name() ?? '');
}

function commandOf(program: Command, words: readonly string[]): { readonly command: Command; readonly rest: readonly string[] } {
  let command = program;
  for (const [index, word] of words.entries()) {
    const next = command.commands.find((child) => child.name() === word);
    if (next === undefined) return { command, rest: words.slice(index) };
    command = next;
  }
  return { command, rest: [] };
}

const optionOf = (command: Command, word: string | undefined): Option | undefined =>
  word?.startsWith('-') === true ? command.options.find(({ long, short }) => long === word || short === word) : undefined;

/** The words that are neither options nor their values. */
function operands(command: Command, words: readonly string[]): readonly string[] {
  return words.filter((word, index) => {
    if (word.startsWith('-')) return false;
    const previous = optionOf(command, words[index - 1]);
    return previous === undefined || (!previous.required && !previous.optional);
  });
}

async function valuesOf(option: Option): Promise<readonly string[]> {
  if (option.argChoices !== undefined) return option.argChoices;
  if (option.long !== '--profile') return option.helpGroupHeading === undefined ? [] : enumOf(option.description);
  const { loadConfig } = await import('../load/load-config.js');
  const loaded = await loadConfig(process.cwd()).catch(() => null);
  return Object.keys(loaded?.config.profiles ?? {});
}

/** Help of a parameter with fixed values says `(a | b, ...`. */
function enumOf(description: string): readonly string[] {
  const [, values] = /\(([^()]* \| [^(),]*)/.exec(description) ?? [];
  return values?.split(' | ') ?? [];
}

async function idsFor(argument: string): Promise<readonly string[]> {
  const isRun = /\brun\b/.test(argument);
  if (!isRun && argument !== 'schedule') return [];
  const asked = isRun ? runIds() : scheduleIds();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(resolve, SERVER_PATIENCE_MS, []);
  });
  // The loser of the race may fail later; nobody is told.
  const found = await Promise.race([asked.catch(() => []), late]);
  clearTimeout(timer);
  return found;
}

async function runIds(): Promise<readonly string[]> {
  const { withClient } = await import('../options/with-client.js');
  return withClient({}, async (client) => (await client.list(undefined, MOST_IDS)).map(({ workflowId }) => workflowId));
}

async function scheduleIds(): Promise<readonly string[]> {
  const [{ withTarget }, { listSchedules }] = await Promise.all([
    import('../options/with-target.js'),
    import('../../deploy/index.js'),
  ]);
  return withTarget({ taskQueue: DEFAULT_TASK_QUEUE }, async (target) => (await listSchedules(target, true)).map(({ id }) => id));
}
