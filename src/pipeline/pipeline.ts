import type { JsonObject, JsonValue } from '../contracts/json.js';
import type { Plan, StepKind } from '../contracts/plan.js';
import type { StepTask } from '../contracts/run.js';
import type { ScheduleSpec } from '../contracts/plan/schedule.js';
import type { TriggerSpec } from '../contracts/plan/triggers.js';
import type { AnyFunction } from './captures/scope-reader.js';
import type { StepContext } from './step-context.js';

/** The body of a `p.step`: gets its inputs' values, returns a JSON-plain result. */
export type StepFunction = (inputs: JsonObject, context: StepContext) => Promise<JsonValue>;

/** The code of a step or of one operation of a stage. */
export type StepWork = (task: StepTask, context: StepContext) => Promise<unknown>;

/** For a pipeline under test: wraps the code of each operation of a step. */
export type WorkAround = (
  operation: { readonly step: string; readonly kind: StepKind; readonly operation: string },
  work: StepWork,
) => StepWork;

/**
 * What `definePipeline` returns: a frozen plan and the functions of its custom steps by step id. `Params` and `Result` are compile-time
 * only.
 */
export interface Pipeline<Params = JsonObject, Result = unknown> {
  readonly name: string;
  readonly plan: Plan;
  readonly functions: ReadonlyMap<string, StepFunction>;
  /** Changes elsewhere that start a run; they count once they are deployed. */
  readonly triggers?: readonly TriggerSpec[];
  /** Each function as it was written, by step id; absent: as in `functions`. */
  readonly bodies?: ReadonlyMap<string, AnyFunction>;
  /** The file that called `definePipeline`, from which the code of its steps is hashed; absent or null when there is none. */
  readonly file?: string | null;
  /** The files whose functions called the one that called `definePipeline`: those of a pipeline that a factory makes. */
  readonly callers?: readonly string[];
  /** When it runs by itself; they count once they are deployed. */
  readonly schedules?: readonly ScheduleSpec[];
  /** Never set; carries the parameters' type to `client.start`. */
  readonly params?: Params;
  /** Never set; carries the type of what a run gives to its caller. */
  readonly result?: Result;
  /** Set by the testing kit only. */
  readonly around?: WorkAround;
  /** Pipelines that `p.call` took as objects, by name: a worker of this pipeline has them too. */
  readonly calls?: ReadonlyMap<string, Pipeline>;
}
