import { setCurrentDetails } from '@temporalio/workflow';
import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import type { Plan, PlanStep } from '../../src/contracts/plan.js';
import type { RunStatus, StepState } from '../../src/contracts/run.js';
import { PipelineError } from '../../src/errors/pipeline-error.js';
import { RunAttributes } from '../run/run-attributes.js';
import { RunDetails } from '../run/run-details.js';
import type { RunDriver } from '../run/run-driver.js';
import { DecisionLog } from '../run/decision-log.js';
import { authorOf, runOptions } from '../run/run-options.js';
import { identityOf } from '../steps/step-surroundings.js';
import { RunHooks } from '../run/run-hooks.js';
import type { OwnCalls } from '../run/run-messages.js';

type Call = { readonly label: string; readonly step: PlanStep; readonly driver: RunDriver };

const ACTIVE: readonly StepState['status'][] = ['running', 'waiting', 'blocked'];

/** What a hand-written workflow has called so far: for queries, updates, search attributes and the Temporal UI. */
export class CallBoard implements OwnCalls {
  readonly #plan: Plan;
  readonly #parameters: JsonObject;
  readonly #calls: Call[] = [];
  readonly #counts = new Map<string, number>();
  readonly #attributes = new RunAttributes();
  readonly #details = new RunDetails();
  readonly #hooks: RunHooks;
  readonly decisions: DecisionLog;
  /** The newest result of each step. */
  readonly results = new Map<string, JsonValue>();
  #ended: RunStatus['status'] | null = null;

  constructor(plan: Plan, parameters: JsonObject) {
    this.#plan = plan;
    this.#parameters = parameters;
    this.#attributes.open(plan);
    this.#hooks = new RunHooks(plan);
    this.decisions = new DecisionLog(identityOf(plan), plan, authorOf(runOptions()));
    this.#hooks.open(() => this.status());
  }

  /** Which of the step's calls the next one is: empty for the first, then `[1]`, `[2]`, ... */
  nextInstance(step: string): string {
    const count = this.#counts.get(step) ?? 0;
    this.#counts.set(step, count + 1);
    return count === 0 ? '' : `[${count}]`;
  }

  add(label: string, step: PlanStep, driver: RunDriver): void {
    this.#calls.push({ label, step, driver });
  }

  changed(): void {
    const status = this.status();
    setCurrentDetails(this.#details.render(status));
    this.#attributes.follow(status);
    this.#hooks.follow(() => this.#calls.flatMap(({ driver }) => driver.waiting()));
  }

  async end(status: 'succeeded' | 'failed' | 'cancelled'): Promise<void> {
    this.#ended = status;
    this.changed();
    this.#attributes.close(this.#plan, Object.fromEntries(this.results));
    await this.decisions.written();
    await this.#hooks.close(this.status());
  }

  status(): RunStatus {
    const called = this.#calls.map(({ label, step, driver }) => ({ ...stateOf(driver, step), id: label }));
    const uncalled = this.#plan.steps.filter(({ id }) => !this.#counts.has(id)).map(pendingState);
    const live = called.map(({ status }) => status).filter((status) => ACTIVE.includes(status));
    const gates = this.#calls.flatMap(({ driver }) => driver.status().gates ?? []);
    const { pipeline, hash } = this.#plan;
    return {
      pipeline,
      planHash: hash,
      status: this.#ended ?? unfinished(live),
      parameters: this.#parameters,
      steps: [...called, ...uncalled],
      ...(gates.length === 0 ? {} : { gates }),
    };
  }

  driverOf(step: string): RunDriver {
    const active = this.#calls.filter(({ step: called, driver }) => ACTIVE.includes(stateOf(driver, called).status));
    const found = active.find(({ label }) => label === step);
    if (found !== undefined) return found.driver;
    throw new PipelineError('EXECUTION_UPDATE_REFUSED', {
      what: 'the update cannot be carried out',
      expected: `a step that is active (now: ${active.map(({ label }) => label).join(', ') || 'none'})`,
      received: `"${step}"`,
    });
  }
}

function unfinished(live: readonly StepState['status'][]): RunStatus['status'] {
  if (live.includes('blocked')) return 'blocked';
  return live.length > 0 && live.every((status) => status === 'waiting') ? 'waiting' : 'running';
}

function stateOf(driver: RunDriver, step: PlanStep): StepState {
  return driver.status().steps[0] ?? pendingState(step);
}

function pendingState({ id, kind, onFailure }: PlanStep): StepState {
  const nothing = { startedAt: null, finishedAt: null, seconds: null, failure: null, waitingFor: null };
  return { id, kind, onFailure, status: 'pending', cached: false, metrics: {}, ...nothing };
}
