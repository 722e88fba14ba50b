import type { DeployResult } from '../../contracts/stages/deploy.js';
import type { EvaluateResult } from '../../contracts/stages/evaluate.js';
import type { FeatureResult, Task } from '../../contracts/stages/feature.js';
import type { ApprovalResult } from '../../contracts/stages/gate.js';
import type { IngestResult } from '../../contracts/stages/ingest.js';
import type { MonitorResult } from '../../contracts/stages/monitor.js';
import type { RetrainResult } from '../../contracts/stages/retrain.js';
import type { TrainResult } from '../../contracts/stages/train.js';
import type { ValidateResult } from '../../contracts/stages/validate.js';
import { PipelineError } from '../../errors/pipeline-error.js';

declare const RESULT: unique symbol;
declare const STAGE: unique symbol;

/** Stands for the result of a step before any run. Opaque: pass it on to later steps; using it as a value throws. */
export interface Ref<Result = unknown> {
  readonly [RESULT]: Result;
}

/** A reference that also says, to the compiler, which stage made it and what that stage knows. */
interface StageRef<Kind extends string, Result, Known> extends Ref<Result> {
  readonly [STAGE]: { readonly kind: Kind; readonly known: Known };
}

/** What the compiler knows from the feature stage on: the name of the schema and the label's task. */
interface Learning<Of extends string, LabelTask extends Task> {
  readonly schema: Of;
  readonly task: LabelTask;
}

/** A data set that `p.ingest` publishes. */
export type DatasetReference<Of extends string = string> = StageRef<'ingest', IngestResult, Of>;
/** A data set and the report of its checks, from `p.validate`. */
export type ValidationReference<Of extends string = string> = StageRef<'validate', ValidateResult, Of>;
/** A feature set with its split, from `p.feature`. */
export type FeatureSetReference<Of extends string = string, T extends Task = Task> = StageRef<
  'feature',
  FeatureResult,
  Learning<Of, T>
>;
/** A trained model, from `p.train`. */
export type ModelReference<Of extends string = string, T extends Task = Task> = StageRef<'train', TrainResult, Learning<Of, T>>;
/** An evaluation and what its gate decided, from `p.evaluate`. */
export type EvaluationReference<Of extends string = string, T extends Task = Task> = StageRef<
  'evaluate',
  EvaluateResult,
  Learning<Of, T>
>;
/** An endpoint and the version that it serves, from `p.deploy`. */
export type EndpointReference<Of extends string = string, T extends Task = Task> = StageRef<
  'deploy',
  DeployResult,
  Learning<Of, T>
>;
/** The monitor of an endpoint, from `p.monitor`. */
export type MonitorReference = StageRef<'monitor', MonitorResult, null>;
/** The retraining policy of a model, from `p.retrain`. */
export type RetrainReference = StageRef<'retrain', RetrainResult, null>;
/** What people decided, from `p.approval`. */
export type ApprovalReference = StageRef<'gate', ApprovalResult, null>;

/** The value type behind a reference. */
export type ResultOf<R> = R extends Ref<infer Result> ? Result : never;

/** The run-time object behind every `Ref`: refuses to be a string, a number or JSON. */
class Reference {
  readonly #name: string;

  /** @param name - in words: `step "train"`. */
  constructor(name: string) {
    this.#name = name;
    if (new.target === Reference) Object.freeze(this);
  }

  toJSON(): never {
    return this.#refuse('JSON');
  }

  [Symbol.toPrimitive](hint: string): never {
    return this.#refuse(hint === 'number' ? 'a number' : 'a string');
  }

  #refuse(as: string): never {
    throw new PipelineError('AUTHORING_REFERENCE_AS_VALUE', {
      what: `the reference to ${this.#name} was used as ${as}`,
      where: 'a pipeline definition',
    });
  }
}

/** Of references to steps, in words. */
const names = new WeakMap<Ref, string>();
const nameOf = (reference: Ref): string => names.get(reference) ?? 'a step';

/** Names a field inside the result of a step. */
class FieldReference extends Reference {
  readonly base: Ref;
  readonly path: readonly string[];

  constructor(base: Ref, path: readonly string[]) {
    super(`the field "${path.join('.')}" of ${nameOf(base)}`);
    this.base = base;
    this.path = path;
    Object.freeze(this);
  }
}

/** A reference to a field of what another reference names. */
export function createFieldReference<R extends Ref>(reference: Ref, path: readonly string[]): R {
  const { base, path: before } = fieldOf(reference);
  return new FieldReference(base, [...before, ...path]) as unknown as R;
}

/** The step's own reference and the path inside its result; the path is empty for a whole result. */
export function fieldOf(reference: Ref): { readonly base: Ref; readonly path: readonly string[] } {
  return reference instanceof FieldReference ? reference : { base: reference, path: [] };
}

/** The one place where a run-time reference gets its compile-time type. */
export function createReference<R extends Ref>(step: string): R {
  const reference = new Reference(`step "${step}"`) as unknown as R;
  names.set(reference, `step "${step}"`);
  return reference;
}

export function isReference(value: unknown): value is Ref {
  return value instanceof Reference;
}
