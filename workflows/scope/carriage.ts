import { CancellationScope } from '@temporalio/workflow';
import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import type { Carriage, RunResult, StepOutcome, StepTask } from '../../src/contracts/run.js';
import { holdsStored, isStored } from '../../src/contracts/store/stored-value.js';
import type { SystemActivities } from '../../src/contracts/system.js';
import { ByteBudget, lengthOf, RESULT_BYTES, TASK_BYTES, withinResults } from './byte-budget.js';
import { localActivities } from '../temporal/local-activities.js';
import type { OperandReader } from './scope-facts.js';

type StoreActivities = Pick<SystemActivities, 'storeValue' | 'loadValue' | 'readOperands'>;

const store = localActivities<StoreActivities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});

/** The module of a workflow belongs to one run: each run has its own budgets. */
const results = new ByteBudget(RESULT_BYTES);
const tasks = new ByteBudget(TASK_BYTES);

/** Most bytes of the results and steps of a run that somebody waits for, and of one that another run called. */
const MOST_OF_END = 1024 ** 2;
const MOST_OF_CALLED = 64 * 1024;
/** Results of a run are put back whole in its end while they are no more than this. */
const MOST_PUT_BACK = 512 * 1024;

export const readOperands: OperandReader = (values) =>
  CancellationScope.nonCancellable(() => store.readOperands({ values: [...values] }));

/** The value with all that lies in the store put back. */
export async function whole(value: JsonValue): Promise<JsonValue> {
  const loaded = await CancellationScope.nonCancellable(() => store.loadValue({ value }));
  return loaded.value;
}

/**
 * Runs a task with as many bytes in the history as the budgets of the run allow: what is too large of its configuration and inputs is put
 * into the store first, and of its result the rest stays there.
 */
export function carry(
  task: StepTask,
  carriage: Carriage | undefined,
  isLocal: boolean,
  run: (task: StepTask) => Promise<StepOutcome>,
): Promise<StepOutcome> {
  if (carriage === undefined) return run(task);
  // The input of a local activity is not in the history.
  if (isLocal) return withinResults(results, task, run);
  const granted = tasks.grant();
  const { config, inputs } = task;
  const bytes = lengthOf(config) + lengthOf(inputs);
  if (bytes <= granted) {
    tasks.settle(granted, bytes);
    return withinResults(results, task, run);
  }
  return storedTask(task, granted).then((stored) => withinResults(results, stored, run));
}

async function storedTask(task: StepTask, granted: number): Promise<StepTask> {
  const { config, inputs } = task;
  const value = { config, inputs };
  const stored = await CancellationScope.nonCancellable(() => store.storeValue({ value }));
  const references = { config: { ...stored, path: ['config'] }, inputs: { ...stored, path: ['inputs'] } };
  tasks.settle(granted, lengthOf(references));
  return { ...task, ...references };
}

/**
 * The end of a run in a size that can cross Temporal: whole, with its results put back, when they are few; else as references.
 * @param isCalled - by another run, which reads `result` alone.
 */
export async function carriedEnd(end: RunResult, isCalled: boolean): Promise<RunResult> {
  const { results: all, steps, result = null } = end;
  const most = isCalled ? MOST_OF_CALLED : MOST_OF_END;
  const told = { result, results: all };
  const bytes = lengthOf(told);
  const fits = bytes + lengthOf(steps) <= most;
  if (!holdsStored(told)) return fits ? end : storedEnd(end);
  if (!fits || bytes + storedBytes(told) > Math.min(most, MOST_PUT_BACK)) return storedEnd(end);
  const { results: putBack, result: given } = (await whole(told)) as { readonly results: JsonObject; readonly result: JsonValue };
  return { ...end, results: putBack, ...(end.result === undefined ? {} : { result: given }) };
}

async function storedEnd({ result, results: all, steps, ...end }: RunResult): Promise<RunResult> {
  const value = { results: all, steps } as unknown as JsonObject;
  const stored = await CancellationScope.nonCancellable(() => store.storeValue({ value }));
  const given =
    result === undefined || lengthOf(result) <= MOST_OF_CALLED
      ? result
      : await CancellationScope.nonCancellable(() => store.storeValue({ value: result }));
  return { ...end, ...(given === undefined ? {} : { result: given }), results: {}, steps: [], stored };
}

function storedBytes(value: JsonValue, seen = new Set<string>()): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (!isStored(value))
    return Object.values(value as JsonObject).reduce((sum: number, member) => sum + storedBytes(member, seen), 0);
  const { id, bytes } = value.$stored;
  if (seen.has(id)) return 0;
  seen.add(id);
  return bytes;
}
