import { ApplicationFailure, isCancellation, TemporalFailure } from '@temporalio/workflow';
import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import { isPipelineError } from '../../src/errors/pipeline-error.js';
import { outcomeOf, reportFinish } from '../run/pipeline.js';
import { answerMessages, type RunView } from '../run/run-messages.js';
import { inTurn } from '../starts/run-turn.js';
import { applicationFailure, codedFailure } from '../temporal/temporal-failure.js';
import { CallBoard } from './call-board.js';
import { failureCode } from './failure-code.js';
import { openStages, resolvePlan } from './open-stages.js';
import type { Stages, StepResults } from './stages.js';

/** The pipeline whose steps a hand-written workflow orders. */
export interface PerennialOptions {
  /** A pipeline of the worker. */
  readonly pipeline: string;
  /** As of a run of the pipeline: checked, and completed by the defaults. */
  readonly params?: JsonObject;
}

/**
 * The frame of a hand-written workflow: pins the plan of a pipeline, gives `work` the calls of its steps, and gives back what `work` returns.
 * Within it the workflow answers the queries, approvals and updates of a run, and keeps its search attributes and the details in the Temporal UI.
 * One frame for each workflow.
 *
 * @typeParam Steps - results of the pipeline's custom steps by step id.
 * @throws ApplicationFailure `EXECUTION_UNKNOWN_PIPELINE`, `AUTHORING_PARAMETERS_INVALID`; whatever `work` throws.
 */
export async function perennial<Steps extends StepResults = { readonly [step: string]: JsonValue }, Result = unknown>(
  options: PerennialOptions,
  work: (stages: Stages<Steps>) => Promise<Result>,
): Promise<Result> {
  const run: { -readonly [Key in keyof RunView]: RunView[Key] } = {
    pipeline: options.pipeline,
    plan: null,
    driver: null,
    waitingFor: null,
  };
  answerMessages(run);
  let board: CallBoard | null = null;
  try {
    const resolved = await resolvePlan({ pipeline: options.pipeline, parameters: options.params ?? null });
    board = new CallBoard(resolved.plan, resolved.parameters);
    run.plan = resolved.plan;
    run.calls = board;
    const stages = openStages<Steps>(resolved, board);
    const result = await inTurn(run, resolved.plan, () => work(stages));
    await board.end('succeeded');
    await reportFinish('succeeded', outcomeOf(resolved.plan, Object.fromEntries(board.results)));
    return result;
  } catch (error) {
    const failure = isPipelineError(error) ? codedFailure(error) : error;
    // Anything else is a fault of the code: Temporal tries the same step of the workflow again until the code is mended.
    if (!(failure instanceof TemporalFailure)) throw failure;
    const cancelled = isCancellation(failure);
    const status = cancelled ? 'cancelled' : 'failed';
    await board?.end(status);
    await reportFinish(status, status);
    throw cancelled || failure instanceof ApplicationFailure ? failure : applicationFailure(failureCode(failure), failure);
  }
}
