import type { ChangeDecision, ChangeState, PipelineQueue, TriggerOverlap } from '../../src/contracts/plan/triggers.js';

const MAX_SEEN = 2_000;
const MAX_DECISIONS = 50;
const LONGEST_REASON = 500;

export type Subscriber = { readonly pipeline: string; readonly overlap: TriggerOverlap };
export type NextRun = { readonly pipeline: string; readonly n: number };

export const initialChangeState = (): ChangeState => ({
  arrived: [],
  seen: [],
  pipelines: {},
  decisions: [],
  received: 0,
  started: 0,
});

/** Takes a change in; one that is known already changes nothing. */
export function receiveChange(state: ChangeState, n: number): ChangeState {
  if (state.seen.includes(n)) return state;
  return { ...state, received: state.received + 1, arrived: [...state.arrived, n], seen: [...state.seen, n].slice(-MAX_SEEN) };
}

/** Puts the arrived changes into the queue of every subscribed pipeline; a pipeline that has unsubscribed loses its queue. */
export function routeChanges(
  state: ChangeState,
  arrived: readonly number[],
  subscribers: readonly Subscriber[],
  at: string,
): ChangeState {
  const decisions: ChangeDecision[] = [];
  const queues = subscribers.map(({ pipeline, overlap }): [string, PipelineQueue] => {
    const before = state.pipelines[pipeline] ?? { overlap, newest: 0, waiting: [], active: null };
    const all = [...before.waiting, ...arrived].sort((left, right) => left - right);
    const newest = Math.max(before.newest, ...all);
    const kept = overlap === 'coalesce' ? all.filter((n) => n === newest) : all;
    for (const n of all.filter((each) => !kept.includes(each)))
      decisions.push({ n, pipeline, at, decision: 'coalesced', workflowId: null, reason: `change ${String(newest)} is newer` });
    return [pipeline, { overlap, newest, waiting: kept, active: overlap === 'allow' ? null : before.active }];
  });
  return {
    ...state,
    arrived: state.arrived.filter((n) => !arrived.includes(n)),
    pipelines: Object.fromEntries(queues),
    decisions: bounded([...state.decisions, ...decisions]),
  };
}

/** The runs to start now, oldest change first, at most `limit`. */
export function nextRuns(state: ChangeState, limit: number): readonly NextRun[] {
  return Object.entries(state.pipelines)
    .flatMap(([pipeline, { overlap, waiting, active }]) => {
      if (overlap === 'allow') return waiting.map((n) => ({ pipeline, n }));
      return active === null ? waiting.slice(0, 1).map((n) => ({ pipeline, n })) : [];
    })
    .slice(0, limit);
}

/** Records that a run was started for a change. */
export function recordStarted(state: ChangeState, next: NextRun, workflowId: string, reason: string, at: string): ChangeState {
  const decision: ChangeDecision = { ...next, at, decision: 'started', workflowId, reason: short(reason) };
  const changed = withoutWaiting(state, next, (queue) => ({ ...queue, active: queue.overlap === 'allow' ? null : workflowId }));
  return { ...changed, started: state.started + 1, decisions: bounded([...state.decisions, decision]) };
}

/** Leaves a change out, and says why. */
export function recordUnreadable(state: ChangeState, next: NextRun, reason: string, at: string): ChangeState {
  const decision: ChangeDecision = { ...next, at, decision: 'unreadable', workflowId: null, reason: short(reason) };
  return { ...withoutWaiting(state, next), decisions: bounded([...state.decisions, decision]) };
}

/** Leaves a change out that nobody asks for any more, or whose run there is already. */
export const dropChange = (state: ChangeState, next: NextRun): ChangeState => withoutWaiting(state, next);

/** A run has ended: the next change of its pipeline may have one. */
export function recordEnded(state: ChangeState, workflowId: string): ChangeState {
  const ended = Object.entries(state.pipelines).find(([, queue]) => queue.active === workflowId);
  if (ended === undefined) return state;
  const [pipeline, queue] = ended;
  return { ...state, pipelines: { ...state.pipelines, [pipeline]: { ...queue, active: null } } };
}

/** Runs under way for which changes wait: their end must not be missed. */
export const awaitedRuns = (state: ChangeState): readonly string[] =>
  Object.values(state.pipelines).flatMap(({ active, waiting }) => (active === null || waiting.length === 0 ? [] : [active]));

function withoutWaiting(
  state: ChangeState,
  { pipeline, n }: NextRun,
  then: (queue: PipelineQueue) => PipelineQueue = (queue) => queue,
): ChangeState {
  const queue = state.pipelines[pipeline];
  if (queue === undefined) return state;
  const rest = { ...queue, waiting: queue.waiting.filter((other) => other !== n) };
  return { ...state, pipelines: { ...state.pipelines, [pipeline]: then(rest) } };
}

const short = (text: string): string => text.slice(0, LONGEST_REASON);

const bounded = (decisions: readonly ChangeDecision[]): readonly ChangeDecision[] => decisions.slice(-MAX_DECISIONS);
