import fs from 'node:fs/promises';
import type { Plan, PlanStep } from '../../src/contracts/plan.js';

const FOLDER = new URL('histories/', import.meta.url);

/** What a stored history stands for. */
export type RecordedShape = {
  readonly name: string;
  readonly workflowType: string;
  /** Of a run: the plan that its history pins. */
  readonly plan: Plan | null;
};

type Attributes = { readonly [name: string]: unknown; readonly workflowType?: { readonly name: string } };
type Event = { readonly eventType: string; readonly workflowExecutionStartedEventAttributes?: Attributes };

/** Names of the stored histories, in order. */
export async function historyNames(): Promise<readonly string[]> {
  const files = await fs.readdir(FOLDER);
  return files.map((file) => file.replace(/\.json$/, '')).sort();
}

export async function readHistory(name: string): Promise<{ readonly events: readonly Event[] }> {
  return JSON.parse(await fs.readFile(new URL(`${name}.json`, FOLDER), 'utf8')) as { readonly events: readonly Event[] };
}

export async function recordedShape(name: string): Promise<RecordedShape> {
  const { events } = await readHistory(name);
  const workflowType = events[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? '';
  const [plan = null] = payloadsIn(events).flatMap((payload) => planIn(payload, workflowType));
  return { name, workflowType, plan };
}

/** All steps of a plan, those of bodies too. */
export function stepsOf(steps: readonly PlanStep[]): readonly PlanStep[] {
  return steps.flatMap((step) => [step, ...stepsOf(step.body?.steps ?? [])]);
}

function payloadsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(payloadsIn);
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'data' && typeof member === 'string' ? [Buffer.from(member, 'base64').toString('utf8')] : payloadsIn(member),
  );
}

/** The plan lies in the marker of the local activity `resolvePlan`. */
function planIn(payload: string, workflowType: string): readonly Plan[] {
  if (!payload.startsWith('{') || !payload.includes('"formatVersion"')) return [];
  const { plan } = JSON.parse(payload) as { readonly plan?: Plan };
  return plan?.pipeline === workflowType ? [plan] : [];
}
