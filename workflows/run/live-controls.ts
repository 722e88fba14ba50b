import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { JsonValue } from '../../src/contracts/json.js';
import {
  CONTROL_ACTIONS,
  type ControlInput,
  type ControlRecord,
  NO_ORDERS,
  type StepOrders,
} from '../../src/contracts/run/live-control.js';
import type { SystemActivities } from '../../src/contracts/system.js';
import { PipelineError } from '../../src/errors/pipeline-error.js';
import { localActivities } from '../temporal/local-activities.js';
import type { RunningStep } from './run-driver.js';
import { liveValueProblem } from './live-value.js';

/** Only the newest are kept in the status. */
const MAX_RECORDS = 100;

const { writeOrders } = localActivities<Pick<SystemActivities, 'writeOrders'>>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});

/** @throws PipelineError `EXECUTION_UPDATE_REFUSED` saying what is wrong with the order. */
export function checkControl({ step }: RunningStep, input: ControlInput): void {
  const { live } = step;
  if (live === undefined) throw refused(`step "${step.id}" cannot be controlled`, 'a step that declares `live`');
  if (!CONTROL_ACTIONS.includes(input.action)) throw refused(`"${input.action}" is no action`, CONTROL_ACTIONS.join(', '));
  if (input.action !== 'set') {
    if (input.name === undefined && input.value === undefined) return;
    throw refused(`the action "${input.action}" came with a name or a value`, 'neither; they go with "set"');
  }
  const names = Object.keys(live).join(', ') || 'none';
  if (typeof input.name !== 'string' || !Object.hasOwn(live, input.name))
    throw refused(`step "${step.id}" has no live parameter ${JSON.stringify(input.name ?? null)}`, `one of: ${names}`);
  const problem =
    input.value === undefined ? 'a value' : liveValueProblem(live[input.name] as { [key: string]: JsonValue }, input.value);
  if (problem !== null) throw refused(`the value of ${input.name} is ${JSON.stringify(input.value ?? null)}`, problem);
}

/** The orders that a run has given to its running steps, and who gave them. */
export class LiveControls {
  readonly #orders = new Map<string, StepOrders>();
  #records: readonly ControlRecord[] = [];
  #written: Promise<void> = Promise.resolve();

  /** The newest 100. */
  get records(): readonly ControlRecord[] {
    return this.#records;
  }

  /** Resolves when the order lies where the step looks for it. */
  async give({ activityId }: RunningStep, input: ControlInput): Promise<void> {
    const { step, action, name = null, value = null, by = null, reason = null } = input;
    const record = { step, action, name, value, by, reason, at: new Date(Date.now()).toISOString() };
    this.#records = [...this.#records, record].slice(-MAX_RECORDS);
    const orders = withOrder(this.#orders.get(activityId) ?? NO_ORDERS, input);
    this.#orders.set(activityId, orders);
    const { workflowId, runId } = workflowInfo();
    const write = this.#written.then(() =>
      CancellationScope.nonCancellable(() => writeOrders({ workflowId, runId, activityId, orders })),
    );
    this.#written = write.catch(() => undefined);
    await write;
  }
}

function withOrder(orders: StepOrders, { action, name = '', value = null }: ControlInput): StepOrders {
  switch (action) {
    case 'pause':
      return { ...orders, paused: true };
    case 'resume':
      return { ...orders, paused: false };
    case 'snapshot':
      return { ...orders, snapshots: orders.snapshots + 1 };
    case 'stop':
      return { ...orders, stopped: true, paused: false };
    case 'set':
      return { ...orders, values: { ...orders.values, [name]: value } };
  }
}

function refused(what: string, expected: string): PipelineError {
  return new PipelineError('EXECUTION_UPDATE_REFUSED', { what, expected });
}
