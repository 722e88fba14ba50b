import type { GateState } from '../src/contracts/gates.js';
import type { JsonObject, JsonValue } from '../src/contracts/json.js';
import type { InputBinding, PlanStep } from '../src/contracts/plan.js';
import type { ReusedResults, RunStatus, StepFailure, StepState, StepStatus } from '../src/contracts/run.js';
import type { GateConfig } from '../src/contracts/stages.js';
import { resolveConfig } from '../src/pipeline/resolve-config.js';
import { decide, type Decision, verdictAtRest } from '../src/pipeline/scheduler.js';
import { bindInputs, bindOptional, bindValue, type ResultLookup } from './bindings.js';
import { Gate, type GateVerdict } from './gate.js';
import { gateTimers } from './gate-timers.js';
import { guardVerdict, type GuardVerdict } from './guards.js';
import type { BodyInput } from './stage-host.js';
import type { BodyRun, ScopeSurroundings } from './scope-surroundings.js';
import { ScopeFacts } from './scope-facts.js';
import { verdictOf } from './step-verdict.js';
import { cancelledFailure, CodedError, unknownStep } from './step-failure.js';
import {
  boundStates,
  decisiveFailure,
  isUnderWay,
  outcomeOf,
  pendingRecord,
  type Scope,
  secondsOf,
  standingOf,
  stateOf,
  type StepRecord,
} from './step-states.js';

/** What a scope carries out: the steps of a plan, or one run of a body. */
export type ScopeContent = {
  /** In topological order. */
  readonly steps: readonly PlanStep[];
  /** Added to the ids of activities and records; empty for the plan itself. */
  readonly instance: string;
  /** Results from outside of the scope, and the pseudo results of its body. */
  readonly outer: ResultLookup;
  /** The same as conditions see them; absent: as they are. */
  readonly outerFacts?: ResultLookup;
  /** Of the steps around this body; absent: 0. */
  readonly ownerRound?: number;
  /** Steps that count as done, with what another run gave for them. */
  readonly reused?: ReusedResults;
};

/** Carries a graph of steps out: asks the scheduler what to do, does it, and tells it what happened. Knows nothing of Temporal. */
export class GraphScope implements Scope {
  readonly instance: string;
  readonly #steps: readonly PlanStep[];
  readonly #outer: ResultLookup;
  readonly #outerFacts: ResultLookup;
  readonly #facts: ScopeFacts;
  readonly #ownerRound: number;
  readonly #surroundings: ScopeSurroundings;
  readonly #records: ReadonlyMap<string, StepRecord>;
  readonly #results = new Map<string, JsonValue>();
  #cancelled = false;
  /** False while a decision is being carried out. */
  #isAtRest = false;
  #verdict: RunStatus['status'] = 'running';
  #outcome: Decision['outcome'] = null;
  #finish: ((verdict: RunStatus['status']) => void) | null = null;

  constructor(content: ScopeContent, surroundings: ScopeSurroundings) {
    this.instance = content.instance;
    this.#steps = content.steps;
    this.#outer = content.outer;
    this.#outerFacts = content.outerFacts ?? content.outer;
    this.#facts = new ScopeFacts(content.steps, surroundings.readOperands);
    this.#ownerRound = content.ownerRound ?? 0;
    this.#surroundings = surroundings;
    this.#records = new Map(content.steps.map((step) => [step.id, pendingRecord(step, 0)]));
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
      // What cannot be read makes the conditions that ask for it fail.
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
    return bindValue(binding, this.#lookup, where);
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
    if (gate === null) throw new Error(`step "${record.step.id}" is no open gate`);
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

  readonly #lookup: ResultLookup = (id) => (this.#records.has(id) ? this.#results.get(id) : this.#outer(id));

  readonly #factLookup: ResultLookup = (id) =>
    this.#records.has(id) ? (this.#facts.get(id) ?? this.#results.get(id)) : this.#outerFacts(id);

  #isFinal(): boolean {
    return ['succeeded', 'failed', 'cancelled'].includes(this.#verdict);
  }

  #standings(): ReadonlyMap<string, StepStatus> {
    return new Map([...this.#records].map(([id, record]) => [id, standingOf(record)]));
  }

  #decide(statuses: ReadonlyMap<string, StepStatus>): Decision {
    return decide(this.#steps, statuses, this.#cancelled, (step) => this.#guardOf(this.#record(step.id)).answer);
  }

  #guardOf({ step }: StepRecord): GuardVerdict {
    return guardVerdict(step.when ?? [], this.#surroundings.parameters, this.#factLookup, (id) => this.#lostStatus(id));
  }

  #skip(record: StepRecord): void {
    this.#end(record, this.#cancelled ? 'cancelled' : 'skipped');
    if (!this.#cancelled) record.reason = this.#guardOf(record).reason ?? this.#lostNeed(record);
  }

  #lostNeed({ step }: StepRecord): string {
    const lost = step.needs.flatMap((need) => {
      const status = this.#lostStatus(need);
      return status === null ? [] : [`"${need}" is ${status}`];
    });
    return lost.length === 0 ? 'the run failed first' : `it needs what is not there: ${lost.join(', ')}`;
  }

  #lostStatus(id: string): StepStatus | null {
    const status = this.#records.get(id)?.status;
    return status === 'skipped' || status === 'failed' || status === 'cancelled' ? status : null;
  }

  #failGuard(record: StepRecord): void {
    record.startedAt = this.#clock();
    this.#settleFailure(record, this.#surroundings.failureOf(this.#guardOf(record).error));
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
      else this.#startStep(record, config, this.#inputsOf(step));
    } catch (error) {
      this.#settleFailure(record, this.#surroundings.failureOf(error));
    }
    return isUnderWay(record);
  }

  #inputsOf(step: PlanStep): JsonObject {
    if (step.finally !== true) return bindInputs(step.inputs, this.#lookup, step.id);
    return { ...bindOptional(step.inputs, this.#lookup), outcome: outcomeOf(this.#outcome ?? 'failed', this.#records) };
  }

  /** A join needs no work: its result is there at once. */
  #settleJoin(record: StepRecord): void {
    const { step } = record;
    const joined = Object.entries(step.inputs).map(([name, input]) => {
      const there = this.#lookup(input.step) !== undefined;
      return { there, value: there ? this.valueOf(input, `input "${name}" of step "${step.id}"`) : null };
    });
    const first = joined.find(({ there }) => there)?.value ?? null;
    this.#settle(record, step.join === 'first' ? first : joined.map(({ value }) => value));
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
      outer: this.#lookup,
      facts: this.#factLookup,
      openBody: (input) => this.#openBody(record, input),
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

  #openBody(record: StepRecord, { index, results }: BodyInput): BodyRun {
    const { step, bodies } = record;
    const { body } = step;
    if (body === undefined) throw new Error(`step "${step.id}" of kind ${step.kind} has no body`);
    const instance = `${this.instance}[${index}]`;
    const outer: ResultLookup = (id) => (Object.hasOwn(results, id) ? results[id] : this.#lookup(id));
    const facts = new ScopeFacts(body.steps, this.#surroundings.readOperands);
    const outerFacts: ResultLookup = (id) => (Object.hasOwn(results, id) ? (facts.get(id) ?? results[id]) : this.#factLookup(id));
    const ownerRound = this.#ownerRound + record.round;
    const scope = new GraphScope({ steps: body.steps, instance, outer, outerFacts, ownerRound }, this.#surroundings);
    return {
      run: () => {
        bodies.add(scope);
        const known = facts.learn(results);
        const ran = known === null ? scope.run() : known.then(() => scope.run());
        return ran.then((verdict) => {
          bodies.delete(scope);
          if (verdict !== 'succeeded') throw new CodedError(scope.failure(verdict));
          return body.result === null ? null : scope.valueOf(body.result, `the result of "${step.id}${instance}"`);
        });
      },
      cancel: () => {
        scope.cancel();
      },
    };
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
