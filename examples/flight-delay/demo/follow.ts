import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineClient } from 'perennial-ml/client';
import type { Screen } from './screen.js';

const LOOK_MS = 800;

type Status = Awaited<ReturnType<PipelineClient['status']>>;

export interface StageTime {
  readonly run: string;
  readonly stage: string;
  readonly seconds: number;
  readonly cached: boolean;
}

/** Follows a run to its end: each finished step gets a line, the running ones are shown live. Returns the last status. */
export async function follow(client: PipelineClient, workflowId: string, screen: Screen, stages: StageTime[]): Promise<Status> {
  const shown = new Set<string>();
  for (;;) {
    const status = await client.status(workflowId);
    for (const step of status.steps) {
      if (step.seconds === null || shown.has(step.id) || !['succeeded', 'failed', 'skipped', 'cancelled'].includes(step.status))
        continue;
      shown.add(step.id);
      stages.push({ run: workflowId, stage: step.id, seconds: step.seconds, cached: step.cached });
      const metrics = Object.entries(step.metrics)
        .slice(0, 4)
        .map(([name, value]) => `${name} ${format(value)}`)
        .join(', ');
      screen.event(
        `${step.status === 'succeeded' ? '✓' : '✗'} ${step.id.padEnd(9)} ${step.seconds.toFixed(1).padStart(5)} s  ${metrics}`,
      );
    }
    if (!['running', 'waiting', 'blocked'].includes(status.status)) return status;
    screen.doing(await activity(client, workflowId, status));
    await sleep(LOOK_MS);
  }
}

async function activity(client: PipelineClient, workflowId: string, status: Status): Promise<string> {
  const progress = await client.progress(workflowId);
  return status.steps
    .filter((step) => step.status === 'running')
    .map((step) => {
      const now = progress.find((entry) => entry.activityId.split('.')[0] === step.id);
      const counted =
        now?.done == null || now.total === null || now.total === 0 ? '' : ` ${String(now.done)}/${String(now.total)}`;
      return `${step.id}${counted}${now?.note ? ` (${now.note})` : ''}${step.waitingFor ? `: ${step.waitingFor}` : ''}`;
    })
    .join(', ');
}

function format(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(4);
}
