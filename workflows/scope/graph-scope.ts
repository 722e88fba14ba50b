import type { GateState } from '../../src/contracts/run/gates.js';
import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import type { InputBinding, PlanStep } from '../../src/contracts/plan.js';
import type { ReusedResults, RunStatus, StepFailure, StepState, StepStatus } from '../../src/contracts/run.js';
import type { GateConfig } from '../../src/contracts/stages/gate.js';
import { resolveConfig } from '../../src/pipeline/interpreter/resolve-config.js';
import { decide, type Decision, verdictAtRest } from '../../src/pipeline/interpreter/scheduler.js';
import { Gate, type GateVerdict } from '../stages/gate/gate.js';
import { gateTimers } from '../stages/gate/gate-timers.js';
import { openBody } from './scope-body.js';
import type { ScopeContent } from './scope-content.js';
import type { ScopeSurroundings } from './scope-surroundings.js';
import { ScopeFacts } from './scope-facts.js';
import { ScopeView } from './scope-view.js';
import { verdictOf } from '../steps/step-verdict.js';
import { cancelledFailure, unknownStep } from '../steps/step-failure.js';
import {
  boundStates,
  decisiveFailure,
  isUnderWay,
  pendingRecord,
  type Scope,
  secondsOf,
  standingOf,
  stateOf,
  type StepRecord,
} from '../steps/step-states.js';

/** Carries a graph of steps out: asks the scheduler what to do, does it, and tells it what happened. Knows nothing of Temporal. */
export class GraphScope implements Scope {
  readonly instance: string;
  readonly #steps: readonly PlanStep[];
  readonly #facts: ScopeFacts;
  readonly #ownerRound: number;
  readonly #surroundings: ScopeSurroundings;
  readonly #records: ReadonlyMap<string, StepRecord>;
  readonly #results = new Map<string, JsonValue>();
  readonly #view: ScopeView;
  #cancelled = false;
  /** False while a decision is being carried out. */
  #isAtRest = false;
  #verdict: RunStatus['status'] = 'running';
  #outcome: Decision['outcome'] = null;
  #finish: ((verdict: RunStatus['status']) => void) | null = null;

  constructor(content: ScopeContent, surroundings: ScopeSurroundings) {
    this.instance = content.instance;
    this.#steps = content.steps;
    this.#facts = new ScopeFacts(content.steps, surroundings.readOperands);
    this.#ownerRound = content.ownerRound ?? 0;
    this.#surroundings = surroundings;
    this.#records = new Map(content.steps.map((step) => [step.id, pendingRecord(step, 0)]));
    this.#view = new ScopeView({
      records: this.#records,
      results: this.#results,
      facts: this.#facts,
      outer: content.outer,
      outerFacts: content.outerFacts ?? content.outer,
      surroundings,
    });
    if (content.reused !== undefined) this.#takeOver(content.reused);
  }

  #takeOver({ from, results }: ReusedResults): void {
    for (const [id, result] of Object.entries(results)) {
      const record = this.#record(id);
      Object.assign(record, { status: 'succeeded', reusedFrom: from, verdict: verdictOf(record.step.kind, result) });
      this.#results.set(id, result);
    }
  }

  /** Resolves with `succeeded`, `failed` or `cancelled` when nothing is left to do; never rejects. */
  run(): Promise<RunStatus['status']> {
    return new Promise((resolve) => {
      this.#finish = resolve;
      const goOn = (): void => {
        // Cancelled before it began, it has ended already.
        if (this.#isFinal()) resolve(this.#verdict);
        else this.advance();
      };
      // A value that cannot be read fails the conditions that need it.
      const known = this.#facts.learn(Object.fromEntries(this.#results));
      if (known === null) goOn();
      else known.then(goOn, goOn);
    });
  }

  /** Stops the scope: cancels what is active, starts nothing more but the clean-up. Comes too late when only that is left. */
  cancel(): void {
    if (this.#outcome !== null) return;
    this.#cancelled = true;
    this.advance();
  }

  get records(): ReadonlyMap<string, StepRecord> {
    return this.#records;
  }

  get results(): ReadonlyMap<string, JsonValue> {
    return this.#results;
  }

  states(): StepState[] {
    return boundStates([...this.#records.values()].map(stateOf));
  }

  standing(): RunStatus['status'] {
    if (this.#isFinal()) return this.#verdict;
    const standings = this.#standings();
    return this.#isAtRest ? verdictAtRest(standings.values()) : this.#decide(standings).verdict;
  }

  waits(): readonly string[] {
    return [...this.#records.values()].flatMap((record) => {
      if (record.bodies.size > 0) return [...record.bodies].flatMap((body) => body.waits());
      const waits = record.status === 'waiting' || record.status === 'blocked';
      return waits ? [`${this.nameOf(record)}: ${record.waitingFor ?? record.status}`] : [];
    });
  }

  everyScope(): readonly Scope[] {
    const scopes: Scope[] = [this];
    for (const { bodies } of this.#records.values()) for (const body of bodies) scopes.push(...body.everyScope());
    return scopes;
  }

  gates(): readonly GateState[] {
    const found: GateState[] = [];
    for (const { step, gate, bodies } of this.#records.values()) {
      if (gate !== null) found.push(gate.state());
      if (step.kind !== 'map') for (const body of bodies) found.push(...body.gates());
    }
    return found;
  }

  nameOf(record: StepRecord): string {
    return `${record.step.id}${this.instance}`;
  }

  /** The value of a binding as the steps of this scope see it. */
  valueOf(binding: InputBinding, where: string): JsonValue {
    return this.#view.valueOf(binding, where);
  }

  succeed(record: StepRecord, result: JsonValue): void {
    if (this.#settle(record, result)) this.advance();
  }

  /** False when conditions read of the result what lies in the store: then the step ends later, when that is known. */
  #settle(record: StepRecord, result: JsonValue): boolean {
    const settle = (): void => {
      this.#results.set(record.step.id, result);
      record.failure = null;
      record.verdict = verdictOf(record.step.kind, result);
      this.#end(record, 'succeeded');
    };
    const known = this.#facts.learn({ [record.step.id]: result });
    if (known === null) {
      settle();
      return true;
    }
    known.then(
      () => {
        settle();
        this.advance();
      },
      (error: unknown) => {
        this.fail(record, this.#surroundings.failureOf(error));
      },
    );
    return false;
  }

  fail(record: StepRecord, failure: StepFailure): void {
    this.#settleFailure(record, failure);
    this.advance();
  }

  skip(record: StepRecord): void {
    this.#end(record, 'skipped');
    this.advance();
  }

  retry(record: StepRecord): void {
    Object.assign(record, pendingRecord(record.step, record.round + 1));
    this.advance();
  }

  cancelStep(record: StepRecord): void {
    this.#cancelRecord(record);
    this.advance();
  }

  answerGate(record: StepRecord, action: 'approve' | 'reject', by: string, reason: string | null): void {
    const { gate } = record;
    if (gate === null) throw new Error(`step "${record.step.id}" is no open approval`);
    this.#settleGate(record, gate, gate.answer(action, by, reason, this.#clock()));
  }

  advance(): void {
    if (this.#isFinal()) return;
    this.#isAtRest = false;
    while (!this.#isAtRest) this.#isAtRest = this.#carryOut(this.#decide(this.#standings()));
    this.#surroundings.changed();
    if (this.#isFinal()) this.#finish?.(this.#verdict);
  }

  /** True when all went as the decision counts on: what it started is under way. Anything else is for another decision. */
  #carryOut({ verdict, outcome, skip, fail, cancel, start }: Decision): boolean {
    this.#verdict = verdict;
    this.#outcome = outcome;
    for (const id of skip) this.#skip(this.#record(id));
    for (const id of fail) this.#failGuard(this.#record(id));
    const cancelled = cancel.map((id) => this.#cancelRecord(this.#record(id))).some((changed) => changed);
    const started = start.map((id) => this.#start(this.#record(id))).every((underWay) => underWay);
    return skip.length === 0 && fail.length === 0 && !cancelled && started;
  }

  #isFinal(): boolean {
    return ['succeeded', 'failed', 'cancelled'].includes(this.#verdict);
  }

  #standings(): ReadonlyMap<string, StepStatus> {
    return new Map([...this.#records].map(([id, record]) => [id, standingOf(record)]));
  }

  #decide(statuses: ReadonlyMap<string, StepStatus>): Decision {
    return decide(this.#steps, statuses, this.#cancelled, (step) => this.#view.guardOf(this.#record(step.id).step).answer);
  }

  #skip(record: StepRecord): void {
    this.#end(record, this.#cancelled ? 'cancelled' : 'skipped');
    if (!this.#cancelled) record.reason = this.#view.guardOf(record.step).reason ?? this.#view.lostNeed(record.step);
  }

  #failGuard(record: StepRecord): void {
    record.startedAt = this.#clock();
    this.#settleFailure(record, this.#surroundings.failureOf(this.#view.guardOf(record.step).error));
  }

  #record(id: string): StepRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw unknownStep(id, [...this.#records.keys()]);
    return record;
  }

  /** False when it has ended already. */
  #start(record: StepRecord): boolean {
    const { step } = record;
    record.startedAt = this.#clock();
    record.status = step.kind === 'gate' ? 'waiting' : 'running';
    try {
      const config = resolveConfig(step.config, this.#surroundings.parameters);
      if (step.kind === 'gate') this.#openGate(record, config as GateConfig);
      else if (step.kind === 'join') this.#settleJoin(record);
      else this.#startStep(record, config, this.#view.inputsOf(step, this.#outcome));
    } catch (error) {
      this.#settleFailure(record, this.#surroundings.failureOf(error));
    }
    return isUnderWay(record);
  }

  /** A join needs no work: its result is there at once. */
  #settleJoin(record: StepRecord): void {
    this.#settle(record, this.#view.joinOf(record.step));
  }

  #startStep(record: StepRecord, config: JsonObject, inputs: JsonObject): void {
    const { round } = record;
    const work = this.#surroundings.runStep({
      step: record.step,
      instance: this.instance,
      round,
      ownerRound: this.#ownerRound,
      config,
      inputs,
      describe: (waitingFor) => {
        record.waitingFor = waitingFor;
        this.#surroundings.changed();
      },
      count: (items) => {
        record.items = items;
        this.#surroundings.changed();
      },
      record: (outcome) => {
        record.outcomes.push(outcome);
      },
      called: (workflowId) => {
        record.run = workflowId;
        record.waitingFor = `run ${workflowId}`;
        this.#surroundings.changed();
      },
      outer: this.#view.lookup,
      facts: this.#view.factLookup,
      openBody: (input) =>
        openBody(
          input,
          { record, instance: this.instance, ownerRound: this.#ownerRound, view: this.#view },
          this.#surroundings,
          (content) => new GraphScope(content, this.#surroundings),
        ),
    });
    record.work = work;
    work.done.then(
      (result) => {
        this.succeed(record, result);
      },
      (error: unknown) => {
        const failure = this.#surroundings.failureOf(error);
        // A stage that is cancelled between its activities does not know its own name.
        const isNameless = failure.message === cancelledFailure('step').message;
        this.fail(record, isNameless ? cancelledFailure(this.nameOf(record)) : failure);
      },
    );
  }

  /** Why the scope did not succeed: the failure of the step that failed it. */
  failure(verdict: RunStatus['status']): StepFailure {
    if (this.#cancelled || verdict === 'cancelled') return cancelledFailure(`the body${this.instance}`);
    return decisiveFailure([...this.#records.values()], (record) => this.nameOf(record));
  }

  #openGate(record: StepRecord, config: GateConfig): void {
    const { author } = this.#surroundings;
    const gate = new Gate(this.nameOf(record), config, author, this.#surroundings.now());
    gate.checkReachable();
    record.gate = gate;
    record.waitingFor = gate.describe();
    record.work = gateTimers(config, (ms) => this.#surroundings.timer(ms), {
      escalate: () => {
        if (record.status !== 'waiting') return;
        gate.escalate(this.#clock());
        this.#settleGate(record, gate, { verdict: 'open' });
      },
      expire: () => {
        if (record.status === 'waiting') this.#settleGate(record, gate, gate.expire(this.#clock()));
      },
    });
  }

  #settleGate(record: StepRecord, gate: Gate, verdict: GateVerdict): void {
    const decision = gate.decisions.at(-1);
    if (decision !== undefined) this.#surroundings.decided(this.nameOf(record), decision);
    if (verdict.verdict === 'open') {
      record.waitingFor = gate.describe();
      this.#surroundings.changed();
      return;
    }
    record.work?.cancel();
    if (verdict.verdict === 'approved') this.succeed(record, verdict.result);
    else this.fail(record, verdict.failure);
  }

  #settleFailure(record: StepRecord, failure: StepFailure): void {
    record.failure = failure;
    const stopping = this.#cancelled || record.cancelling;
    if (record.step.onFailure === 'block' && !stopping) {
      this.#end(record, 'blocked');
      record.waitingFor = `resume (retry, skip or use): ${failure.message}`;
      return;
    }
    this.#end(record, failure.code === 'EXECUTION_STEP_CANCELLED' ? 'cancelled' : 'failed');
  }

  /** True when it has ended at once. */
  #cancelRecord(record: StepRecord): boolean {
    if (record.cancelling) return false;
    record.cancelling = true;
    record.work?.cancel();
    record.gate?.cancel();
    if (record.status === 'running') return false;
    record.failure ??= cancelledFailure(this.nameOf(record));
    this.#end(record, 'cancelled');
    return true;
  }

  #end(record: StepRecord, status: StepStatus): void {
    record.status = status;
    record.finishedAt = this.#clock();
    record.seconds = secondsOf(record);
    record.waitingFor = null;
    record.work = null;
  }

  #clock(): string {
    return new Date(this.#surroundings.now()).toISOString();
  }
}
