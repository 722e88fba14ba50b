import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  ChildWorkflowFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { ApplicationFailure, WorkflowExecutionAlreadyStartedError, WorkflowIdReusePolicy } from '@temporalio/common';
import { partitionRunId } from '../../src/contracts/entities/backfill.js';
import type {
  BackfillActivities,
  BackfillFailure,
  BackfillInput,
  BackfillLetter,
  BackfillStatus,
  Partition,
} from '../../src/contracts/entities/backfill.js';
import type { ControlActivities } from '../../src/contracts/run/control.js';
import { belongsToOther, OWNER_MEMO, type Owner, ownerInWords } from '../../src/contracts/store/ownership.js';
import { RUN_OPTIONS_MEMO } from '../../src/contracts/run.js';
import { countsOf } from './backfill-counts.js';
import { localActivities } from '../temporal/local-activities.js';
import { steeringProblems } from '../messages/steering.js';
import { failureOf } from '../temporal/temporal-failure.js';

/** A run of a partition is about ten events. */
const MOST_STARTS = 100;
const PAGE = 100;
const KEPT_FAILURES = 20;
/** How often a run that somebody else started is looked up: more rarely the longer it has been waited for, so that days of it fit into a history. */
const LOOK_AGAIN_MS = 5_000;
const LONGEST_LOOK_MS = 1_800_000;
const LOOK_FACTOR = 1.2;

const { backfillPartitions } = localActivities<BackfillActivities>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});
const { describeRun } = proxyActivities<ControlActivities>({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 5 } });

const statusQuery = defineQuery<BackfillStatus>('status');
const pauseUpdate = defineUpdate<{ paused: boolean }, [{ paused: boolean; by: string }]>('pause');

/**
 * Runs a pipeline once for each partition of a range, some at once; one that fails does not stop the others. The id of a run is made of its
 * partition, so that none runs twice however often the back-fill is started. Continues as new by itself.
 */
export async function backfillPipeline({ spec, mostStarts, state }: BackfillInput): Promise<BackfillStatus> {
  const first = await backfillPartitions({ spec, after: 0, limit: 0 });
  const before = state?.outcomes ?? '';
  const letters = Array.from({ length: first.total }, (_, index) => (before[index] ?? '.') as BackfillLetter);
  let failures: readonly BackfillFailure[] = state?.failures ?? [];
  let paused = state?.paused ?? false;
  let pausedBy = state?.pausedBy ?? null;
  let cancelled = false;
  let active = 0;
  let started = 0;
  const own: Owner | null = first.project === undefined ? null : { pipeline: spec.pipeline, project: first.project };
  let page: readonly Partition[] = [];
  let pageStart = 0;

  const stateNow = () => ({ total: first.total, outcomes: letters.join(''), paused, pausedBy, failures });
  const status = (): BackfillStatus => {
    const counts = countsOf(letters);
    const open = counts.pending + counts.running > 0;
    const end = counts.failed + counts.cancelled > 0 ? 'failed' : 'succeeded';
    const word = cancelled ? 'cancelled' : open ? (paused ? 'paused' : 'running') : end;
    return { pipeline: spec.pipeline, name: spec.name, status: word, counts, ...stateNow() };
  };
  const settle = (index: number, letter: BackfillLetter): void => {
    letters[index] = letter;
    setCurrentDetails(details(status()));
  };

  setHandler(statusQuery, status, { description: 'How many partitions are done, one letter for each, and the newest failures' });
  setHandler(
    pauseUpdate,
    (request) => {
      ({ paused } = request);
      pausedBy = paused ? request.by : null;
      return { paused };
    },
    {
      description: 'Starts no more partitions, or goes on: {paused, by}',
      validator: (request: { readonly paused?: unknown; readonly by?: unknown } | undefined) => {
        const readable = steeringProblems(request).length === 0;
        if (readable && typeof request?.paused === 'boolean' && typeof request.by === 'string' && request.by !== '') return;
        const message = 'the input must be {"paused": true or false, "by": "who"}';
        throw ApplicationFailure.create({ message, type: 'EXECUTION_UPDATE_REFUSED', nonRetryable: true });
      },
    },
  );

  try {
    for (let index = letters.indexOf('.'); index !== -1; index = letters.indexOf('.')) {
      const full = started >= (mostStarts ?? MOST_STARTS) || workflowInfo().continueAsNewSuggested;
      if (full) {
        await condition(() => active === 0 && allHandlersFinished());
        await continueAsNew<typeof backfillPipeline>({
          spec,
          ...(mostStarts === undefined ? {} : { mostStarts }),
          state: stateNow(),
        });
      }
      await condition(() => !paused && active < spec.concurrency);
      const partition = await partitionAt(index);
      started += 1;
      active += 1;
      settle(index, 'r');
      runPartition(partition).then(
        (letter) => {
          active -= 1;
          settle(index, letter);
        },
        (error: unknown) => {
          active -= 1;
          const { code, message } = failureOf(error);
          failures = [...failures, { partition: partition.key, code, message }].slice(-KEPT_FAILURES);
          settle(index, isCancelled(error) ? 'c' : 'f');
        },
      );
    }
    await condition(() => active === 0 && allHandlersFinished());
    return status();
  } catch (error) {
    if (!isCancellation(error)) throw error;
    // The runs were asked to stop too: they checkpoint and clean up first.
    await CancellationScope.nonCancellable(() => condition(() => active === 0));
    cancelled = true;
    setCurrentDetails(details(status()));
    throw error;
  }

  async function partitionAt(index: number): Promise<Partition> {
    if (page.length === 0 || index < pageStart || index >= pageStart + page.length) {
      ({ partitions: page } = await backfillPartitions({ spec, after: index, limit: PAGE }));
      pageStart = index;
    }
    const partition = page[index - pageStart];
    if (partition !== undefined) return partition;
    throw ApplicationFailure.create({ message: `there is no partition ${index}`, type: 'BACKFILL_RANGE', nonRetryable: true });
  }

  async function runPartition({ key, parameters }: Partition): Promise<BackfillLetter> {
    const workflowId = partitionRunId(spec.pipeline, key);
    try {
      await executeChild(spec.pipeline, {
        workflowId,
        args: [parameters],
        workflowIdReusePolicy:
          spec.rerun === 'all' ? WorkflowIdReusePolicy.ALLOW_DUPLICATE : WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
        parentClosePolicy: ParentClosePolicy.ABANDON,
        memo: {
          trigger: `backfill ${spec.name}`,
          [RUN_OPTIONS_MEMO]: { author: spec.author },
          ...(own === null ? {} : { [OWNER_MEMO]: own }),
        },
        staticSummary: `partition ${key}`,
      });
      return 's';
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      return await outcomeOfOther(workflowId);
    }
  }

  /** A run of this id is there already: it has succeeded before, or somebody else's is under way. */
  async function outcomeOfOther(workflowId: string): Promise<BackfillLetter> {
    for (let pauseMs = LOOK_AGAIN_MS; ; pauseMs = Math.min(Math.round(pauseMs * LOOK_FACTOR), LONGEST_LOOK_MS)) {
      const { status: found, owner } = await describeRun({ workflowId });
      if (owner !== undefined && own !== null && belongsToOther(owner, own))
        throw ApplicationFailure.create({
          message: `run ${workflowId} belongs to ${ownerInWords(owner)}`,
          type: 'BACKFILL_OWNED_ELSEWHERE',
          nonRetryable: true,
        });
      if (found === 'COMPLETED') return 'k';
      if (found === 'CANCELLED' || found === 'CANCELED') throw new CancelledFailure(`run ${workflowId} was cancelled`);
      if (found !== 'RUNNING' && found !== 'CONTINUED_AS_NEW')
        throw ApplicationFailure.create({
          message: `run ${workflowId}, which somebody else started, ended as ${found}`,
          type: 'EXECUTION_RUN_FAILED',
          nonRetryable: true,
        });
      await sleep(pauseMs);
    }
  }
}

const isCancelled = (error: unknown): boolean =>
  isCancellation(error) || (error instanceof ChildWorkflowFailure && error.cause instanceof CancelledFailure);

function details({ status, counts, failures }: BackfillStatus): string {
  const rows = Object.entries(counts).map(([outcome, count]) => `| ${outcome} | ${count} |`);
  const failed = failures.map(({ partition, message }) => `- ${partition}: ${message.replaceAll('\n', ' ')}`);
  return [`**${status}**`, '', '| partitions | |', '|---|---|', ...rows, '', ...failed].join('\n');
}
