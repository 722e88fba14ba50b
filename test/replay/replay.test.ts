import { beforeAll, describe, expect, it } from '@jest/globals';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { workflowBundle } from '../../src/worker/bundle/workflow-bundle.js';
import { historyNames, readHistory } from './covered-shapes.js';

const names = await historyNames();

/** The plan lies in the marker of the local activity `resolvePlan`, base64 like every payload: changes the JSON inside. */
function changePayloads(value: unknown, change: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => changePayloads(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (key !== 'data' || typeof member !== 'string') return [key, changePayloads(member, change)];
      const text = Buffer.from(member, 'base64').toString('utf8');
      return [key, Buffer.from(change(text)).toString('base64')];
    }),
  );
}

/** Swaps the two steps of a resolved plan that run side by side; every step keeps its id and its needs. */
const reordered = (text: string): string => {
  if (!text.includes('"formatVersion":1')) return text;
  const resolved = JSON.parse(text) as { plan: { steps: { id: string }[] } };
  const order = ['source', 'right', 'left', 'join'];
  resolved.plan.steps.sort((one, other) => order.indexOf(one.id) - order.indexOf(other.id));
  return JSON.stringify(resolved);
};

const renamed =
  (from: string, to: string) =>
  (text: string): string =>
    text.includes('"formatVersion":')
      ? text.replaceAll(`"id":"${from}"`, `"id":"${to}"`).replaceAll(`"${from}"`, `"${to}"`)
      : text;

describe('a stored history', () => {
  let bundle: WorkflowBundle;
  const outcomes = new Map<string, unknown>();
  // With one worker for all: to start one costs more than a replay.
  beforeAll(async () => {
    bundle = await workflowBundle();
    const histories = (async function* () {
      for (const name of names) yield { workflowId: name, history: (await readHistory(name)) as unknown };
    })();
    for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: bundle }, histories))
      outcomes.set(workflowId, error ?? 'replayed');
  });

  const replay = async (name: string, change: (text: string) => string): Promise<void> => {
    const subject = changePayloads(await readHistory(name), change);
    await Worker.runReplayHistory({ workflowBundle: bundle }, subject, name);
  };

  it.each(names)('"%s" replays against the built bundle', (name) => {
    expect(outcomes.get(name)).toBe('replayed');
  });

  it('replays when it was cut off in the middle of the run', async () => {
    const history = await readHistory('diamond');
    const cut = history.events.findIndex(({ eventType }) => eventType === 'EVENT_TYPE_ACTIVITY_TASK_COMPLETED');
    const opening = { ...history, events: history.events.slice(0, cut) };
    await expect(Worker.runReplayHistory({ workflowBundle: bundle }, opening, 'diamond')).resolves.toBeUndefined();
  });

  it('does not replay with its plan in another order', async () => {
    await expect(replay('diamond', reordered)).rejects.toMatchObject({ name: 'DeterminismViolationError' });
  });

  it('does not replay with a step under another name', async () => {
    const violation = { name: 'DeterminismViolationError' };
    await expect(replay('diamond', renamed('source', 'origin'))).rejects.toMatchObject(violation);
    await expect(replay('rich', renamed('half', 'quarter'))).rejects.toMatchObject(violation);
  });
});
