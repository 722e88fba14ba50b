import { setTimeout as sleep } from 'node:timers/promises';
import type { ActivityProgress, PipelineClient } from '../../client/index.js';
import type { Plan } from '../../contracts/plan.js';
import type { RunStatus } from '../../contracts/run.js';
import { openObjectStore } from '../../store/open-store.js';
import type { StoreSetting } from '../../store/store-setting.js';
import { connect, connectionOptions } from '../../temporal/connection.js';
import type { ConnectionSettings } from '../../temporal/connection.js';
import { answered } from '../answered.js';
import { historyWakes } from './history-wakes.js';
import { lastLogLines } from './last-log-lines.js';
import { createRunView, type RunView } from './run-view.js';
import type { Terminal } from '../terminal.js';
import { toPipelineError } from '../to-pipeline-error.js';

/** A person must not look at an unchanging screen for longer than two seconds. */
const REFRESH_MS = 1_000;

export type FollowOptions = {
  /** Default: a picture or lines on the terminal. */
  readonly view?: RunView;
  /** Address of the store, for the last line that each running step has logged; absent: none are shown. */
  readonly store?: StoreSetting;
};

/**
 * Shows a run until it is closed. Wakes by long poll on the run's history; only while a step runs, its progress is read each second.
 * A server or worker that is away for a while is waited for, and said once.
 * @returns the last status that could be read; null when the run ended before it had a plan, or nobody was there to answer.
 */
export async function followRun(
  client: PipelineClient,
  settings: ConnectionSettings,
  workflowId: string,
  terminal: Terminal,
  { view = createRunView(terminal, workflowId), store }: FollowOptions = {},
): Promise<RunStatus | null> {
  // Only this tells an unknown run from other troubles.
  const { runId } = await client.summary(workflowId);
  const { namespace } = connectionOptions(settings);
  const connection = await connect(settings);
  const wakes = historyWakes(connection, namespace, workflowId, (reason) => {
    view.note(reason);
  });
  const withLines = store === undefined ? null : linesFrom(store, { workflowId, runId }, view);
  let plan: Plan | null = null;
  let status: RunStatus | null = null;
  const look = async (): Promise<void> => {
    try {
      plan ??= await answered(settings, workflowId, client.plan(workflowId));
      status = await answered(settings, workflowId, client.status(workflowId));
      const running = status.steps.some((step) => step.status === 'running');
      const progress = running ? await client.progress(workflowId) : [];
      view.show(plan, status, withLines === null ? progress : await withLines(progress));
    } catch (error) {
      const known = await toPipelineError(error);
      if (!known.retryable) throw error;
      view.note(known.parts.what);
    }
  };
  const anyoneMovesByItself = (): boolean => status === null || status.status === 'running';
  try {
    let next = wakes.next();
    for (;;) {
      const tick = anyoneMovesByItself() ? sleep(REFRESH_MS, 'tick' as const, { ref: false }) : null;
      const woken = await Promise.race(tick === null ? [next] : [next, tick]);
      await look();
      if (woken === 'tick') continue;
      if (woken.done === true || woken.value === 'closed') return status;
      next = wakes.next();
    }
  } finally {
    await connection.close();
  }
}

type AddLines = (progress: readonly ActivityProgress[]) => Promise<readonly ActivityProgress[]>;

/** A store that does not answer is said, and costs the view its lines and nothing more. */
function linesFrom(store: StoreSetting, run: { readonly workflowId: string; readonly runId: string }, view: RunView): AddLines {
  let read: AddLines | null = null;
  let given = true;
  return async (progress) => {
    if (!given || progress.length === 0) return progress;
    try {
      read ??= lastLogLines(await openObjectStore(store), run);
      return await read(progress);
    } catch (error) {
      given = false;
      view.note(`without the lines of the logs: ${(await toPipelineError(error)).parts.what}`);
      return progress;
    }
  };
}
