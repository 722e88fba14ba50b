import { bindInputs, bindOptional, type ResultLookup } from '../../../workflows/scope/bindings.js';
import { guardVerdict } from '../../../workflows/scope/guards.js';
import type { JsonObject, JsonValue } from '../../contracts/json.js';
import type { PlanStep } from '../../contracts/plan.js';
import type { ReusedResults, RunOptions, RunOutcome, StepStatus } from '../../contracts/run.js';
import { reasonOf } from '../../errors/describe-thrown.js';
import { isPipelineError } from '../../errors/pipeline-error.js';
import { resultsRead } from '../../pipeline/interpreter/evaluate-condition.js';
import { everyStep } from '../../pipeline/plan/every-step.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import { resolveConfig } from '../../pipeline/interpreter/resolve-config.js';
import { decide } from '../../pipeline/interpreter/scheduler.js';
import type { ObjectStore } from '../../store/port.js';
import { foreseeStep, type OperationPreview, type PreviewSurroundings } from './preview-step.js';

/**
 * `hit`: takes a kept result. `runs`: is computed. `reused`: taken over from the run that `reuse` names. `skipped`: its condition does not
 * hold, or it needs a step that is skipped. `asks`: an approval. `fails`: it cannot even start. `later`: decided by what another step gives.
 */
export type Verdict = 'hit' | 'runs' | 'reused' | 'skipped' | 'asks' | 'fails' | 'later';

export type StepPreview = {
  readonly step: string;
  readonly kind: PlanStep['kind'];
  readonly verdict: Verdict;
  readonly reason: string;
  /** Those that were looked up. */
  readonly operations: readonly OperationPreview[];
};

export type PreviewInput = {
  /** Complete and checked. */
  readonly parameters: JsonObject;
  readonly options: RunOptions;
  readonly reused: ReusedResults | null;
  readonly objects: ObjectStore;
};

/**
 * What a run started now would do with each step, those of bodies too, in plan order. Asks the scheduler and the cache as a run does, and
 * writes nothing. A kept result counts as the step's result, so that the steps after it can be decided too.
 */
export async function previewRun(pipeline: Pipeline<unknown>, input: PreviewInput): Promise<readonly StepPreview[]> {
  const preview = new RunPreview(pipeline, input);
  await preview.decideAll();
  return everyStep(pipeline.plan.steps).map((step) => preview.of(step));
}

const STATUS_AFTER: { readonly [Each in Verdict]: StepStatus } = {
  hit: 'succeeded',
  reused: 'succeeded',
  skipped: 'skipped',
  asks: 'waiting',
  runs: 'running',
  fails: 'running',
  later: 'running',
};
const WELL: RunOutcome = { status: 'succeeded', failures: [] };

class RunPreview {
  readonly #steps: readonly PlanStep[];
  readonly #parameters: JsonObject;
  readonly #surroundings: PreviewSurroundings;
  readonly #results = new Map<string, JsonValue>();
  readonly #known = new Map<string, StepPreview>();

  constructor(pipeline: Pipeline<unknown>, { parameters, options, reused, objects }: PreviewInput) {
    const { plan } = pipeline;
    this.#steps = plan.steps;
    this.#parameters = parameters;
    const run = { pipeline: plan.pipeline, planHash: plan.hash, workflowId: '', runId: '' };
    this.#surroundings = { run, pipeline, parameters, options, objects };
    for (const step of plan.steps) {
      const result = reused === null || !Object.hasOwn(reused.results, step.id) ? undefined : reused.results[step.id];
      if (result !== undefined) this.#settle(step, 'reused', `taken over from run ${reused?.from ?? ''}`, [], result);
    }
  }

  /** Goes on as long as a decision lets another one be made. */
  async decideAll(): Promise<void> {
    for (let before = -1; before < this.#known.size;) {
      before = this.#known.size;
      const statuses = new Map([...this.#known].map(([id, { verdict }]) => [id, STATUS_AFTER[verdict]]));
      const decision = decide(this.#steps, statuses, false, (step) => this.#guardOf(this.#step(step.id)).answer);
      for (const id of decision.skip) this.#skip(this.#step(id));
      for (const id of decision.fail) {
        this.#settle(
          this.#step(id),
          'fails',
          `its condition cannot be answered: ${reasonOf(this.#guardOf(this.#step(id)).error)}`,
        );
      }
      for (const id of decision.start) await this.#start(this.#step(id));
      for (const step of this.#steps) if (this.#isForeseeable(step)) await this.#start(step);
    }
  }

  of(step: PlanStep): StepPreview {
    return this.#known.get(step.id) ?? this.#undecided(step);
  }

  readonly #lookup: ResultLookup = (id) => this.#results.get(id);

  #step(id: string): PlanStep {
    const step = this.#steps.find((candidate) => candidate.id === id);
    if (step === undefined) throw new Error(`no step ${id}`);
    return step;
  }

  #guardOf(step: PlanStep): ReturnType<typeof guardVerdict> {
    const lost = (id: string): StepStatus | null => (this.#known.get(id)?.verdict === 'skipped' ? 'skipped' : null);
    return guardVerdict(step.when ?? [], this.#parameters, this.#lookup, lost);
  }

  /** It only waits for its turn: all that its result depends on is known. */
  #isForeseeable(step: PlanStep): boolean {
    if (this.#known.has(step.id) || step.cache === undefined || step.finally === true) return false;
    const inputs = Object.values(step.inputs);
    return this.#guardOf(step).answer === 'holds' && inputs.every((binding) => this.#results.has(binding.step));
  }

  async #start(step: PlanStep): Promise<void> {
    if (step.kind === 'join') this.#join(step);
    else if (step.kind === 'gate') this.#settle(step, 'asks', messageIn(step));
    else if (step.cache === undefined) this.#settle(step, 'runs', 'not cached');
    else await this.#lookUp(step);
  }

  async #lookUp(step: PlanStep): Promise<void> {
    try {
      const config = resolveConfig(step.config, this.#parameters);
      const inputs: JsonObject =
        step.finally === true
          ? { ...bindOptional(step.inputs, this.#lookup), outcome: WELL }
          : bindInputs(step.inputs, this.#lookup, step.id);
      const { operations, result } = await foreseeStep(step, { config, inputs }, this.#surroundings);
      const reasons = [...new Set(operations.filter(({ hit }) => hit === (result !== undefined)).map(({ reason }) => reason))];
      this.#settle(step, result === undefined ? 'runs' : 'hit', reasons.join('; '), operations, result);
    } catch (error) {
      if (!isPipelineError(error)) throw error;
      this.#settle(step, 'fails', error.message);
    }
  }

  /** Which of several branches comes first is not known before they run. */
  #join(step: PlanStep): void {
    const sources = Object.values(step.inputs);
    const open = sources.filter((source) => this.#known.get(source.step)?.verdict !== 'skipped');
    if (open.some((source) => !this.#results.has(source.step)) || (step.join === 'first' && open.length > 1)) {
      this.#settle(step, 'later', afterwards(open.map((source) => source.step)));
      return;
    }
    const values = Object.values(bindOptional(step.inputs, this.#lookup));
    const given = step.join === 'first' ? (values.find((value) => value !== null) ?? null) : values;
    this.#settle(step, 'hit', 'brings together what is known', [], given);
  }

  #skip(step: PlanStep): void {
    const lost = step.needs.filter((need) => this.#known.get(need)?.verdict === 'skipped');
    const because = this.#guardOf(step).reason ?? `its inputs are skipped: ${lost.join(', ')}`;
    this.#settle(step, 'skipped', because);
  }

  #undecided(step: PlanStep): StepPreview {
    const { id, kind } = step;
    const whole = this.#steps.find((candidate) => everyStep(candidate.body?.steps ?? []).some((inner) => inner.id === id));
    const say = (verdict: Verdict, reason: string): StepPreview => ({ step: id, kind, verdict, reason, operations: [] });
    if (whole !== undefined) return say('later', `decided each time that ${whole.id} runs it`);
    const asked = (step.when ?? []).flatMap(({ condition }) => resultsRead(condition));
    const unanswered = asked.filter((source) => !this.#results.has(source));
    if (unanswered.length > 0) return say('later', afterwards(unanswered));
    if (step.kind === 'gate') return say('asks', messageIn(step));
    if (step.cache === undefined && step.kind !== 'join') return say('runs', 'not cached');
    if (step.finally === true) return say('later', 'decided when all else has ended');
    const sources = Object.values(step.inputs).map((binding) => binding.step);
    const missing = sources.filter((source) => !this.#results.has(source));
    return say('later', afterwards(missing.length === 0 ? step.needs : missing));
  }

  #settle(
    { id, kind }: PlanStep,
    verdict: Verdict,
    reason: string,
    operations: readonly OperationPreview[] = [],
    result?: JsonValue,
  ): void {
    this.#known.set(id, { step: id, kind, verdict, reason, operations });
    if (result !== undefined) this.#results.set(id, result);
  }
}

const afterwards = (steps: readonly string[]): string => {
  const names = [...new Set(steps)];
  return `decided when ${names.join(', ')} ${names.length === 1 ? 'has' : 'have'} run`;
};

const messageIn = ({ config }: PlanStep): string => (typeof config['message'] === 'string' ? config['message'] : 'asks');
