import type { Condition } from '../../contracts/plan/condition.js';
import type { InputBinding, SqlMarker } from '../../contracts/plan.js';
import type { JsonObject } from '../../contracts/json.js';
import type { PlanStep, StepKind } from '../../contracts/plan.js';
import type { SchemaSpec } from '../../contracts/dataset.js';
import type { LabelSpec } from '../../contracts/stages/feature.js';
import type { OptionReader } from '../lint/issues.js';
import type { Ref } from '../references/reference.js';
import type { CommonStepFields } from '../options/step-options.js';

/** A label before the parameters in it have values. */
export type DraftLabel = Omit<LabelSpec, 'sql'> & { readonly sql: string | SqlMarker };

/** What a step knows of the steps before it, for checks that cross steps. */
export interface Knowledge {
  readonly schema?: SchemaSpec;
  readonly label?: DraftLabel;
  /** Raw columns that the model takes at serving time. */
  readonly inputColumns?: readonly string[];
  readonly features?: DraftStep;
  readonly model?: string;
  readonly endpoint?: string;
}

export interface DraftStep {
  readonly id: string;
  readonly kind: StepKind;
  /** The kind of step whose results its own are like: that of the joined steps, for a join. */
  readonly produces: StepKind;
  readonly reference: Ref;
  readonly scope: DraftScope;
  /** All must hold, else it is skipped. */
  readonly guards: readonly DraftGuard[];
  /** Id of a map or loop. */
  readonly body: DraftBody | null;
  /** Fields of the plan's step beside the usual ones. */
  readonly fields: Pick<PlanStep, 'join' | 'finally'>;
  readonly inputs: { readonly [name: string]: DraftInput };
  readonly common: CommonStepFields;
  /** The caller's own list: read when the pipeline is complete. */
  readonly after: readonly Ref[];
  readonly knows: Knowledge;
  readonly read: OptionReader;
  /** Replaced when a later step adds to it. */
  config: JsonObject;
  /** Order constraints that the pipeline adds by itself. */
  readonly follows: readonly DraftStep[];
  /** Whether the pipeline adds it by itself, under an id that nobody chose. */
  readonly isImplied: boolean;
}

/** Where steps are declared: the pipeline itself, or the body of a map or loop. */
export interface DraftScope {
  /** Id of the composite step; null for the pipeline itself. */
  readonly owner: string | null;
  readonly outer: DraftScope | null;
  readonly steps: DraftStep[];
  /** Conditions around what is declared now, outermost first. */
  readonly guards: DraftGuard[];
}

/** A result that a composite step gives to each run of its body; `id` is `<composite step>.<name>`. */
export interface DraftPseudo {
  readonly id: string;
  readonly scope: DraftScope;
  readonly pseudo: true;
}

/** What has a result that others can use. */
export type DraftSource = DraftStep | DraftPseudo;

/** A result that a step uses, optionally a field inside it. */
export interface DraftInput {
  readonly step: DraftSource;
  readonly path?: readonly string[];
}

/** The steps inside a composite step. */
export interface DraftBody {
  readonly scope: DraftScope;
  /** What one run of the body gives; null when it gives nothing. */
  readonly result: DraftInput | null;
}

/** A condition, what its answer must be, and the results that it reads. */
export interface DraftGuard {
  readonly condition: Condition;
  readonly is: boolean;
  readonly reads: readonly DraftInput[];
}

export function rootScope(): DraftScope {
  return { owner: null, outer: null, steps: [], guards: [] };
}

export function isPseudo(source: DraftSource): source is DraftPseudo {
  return 'pseudo' in source;
}

/** Whether what is declared in `scope` can be used in `from`: the same scope, or one inside it. */
export function isVisible(scope: DraftScope, from: DraftScope): boolean {
  for (let at: DraftScope | null = from; at !== null; at = at.outer) if (at === scope) return true;
  return false;
}

export function bindingOf({ step, path }: DraftInput): InputBinding {
  return { step: step.id, ...(path === undefined ? {} : { path }) };
}
