import fs from 'node:fs/promises';
import type { Plan, PlanStep } from '../../src/contracts/plan.js';

const FOLDER = new URL('histories/', import.meta.url);

/** What a stored history stands for. */
export type RecordedShape = {
  readonly name: string;
  readonly workflowType: string;
  /** Of a run: the plan that its history pins. */
  readonly plan: Plan | null;
  /** Ids of the patches that it was recorded with. */
  readonly patches: readonly string[];
  /** Types of the activities that it scheduled. */
  readonly activities: readonly string[];
};

const WORKFLOWS = new URL('../../workflows/', import.meta.url);
/** How the SDK names what it records of a patch. */
const PATCH_MARKER = 'core_patch';

type Attributes = { readonly [name: string]: unknown; readonly workflowType?: { readonly name: string } };
type Event = {
  readonly eventType: string;
  readonly workflowExecutionStartedEventAttributes?: Attributes;
  readonly markerRecordedEventAttributes?: Attributes & { readonly markerName?: string };
  readonly activityTaskScheduledEventAttributes?: { readonly activityType?: { readonly name: string } };
};

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
  const payloads = payloadsIn(events);
  const [plan = null] = payloads.flatMap((payload) => planIn(payload, workflowType));
  const patches = events.filter(({ markerRecordedEventAttributes: marker }) => marker?.markerName === PATCH_MARKER);
  const activities = events.flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name ?? []);
  return { name, workflowType, plan, patches: payloadsIn(patches).map(patchOf), activities };
}

const patchOf = (payload: string): string => (JSON.parse(payload) as { readonly id: string }).id;

/** Ids of all patches that workflows ask for. */
export async function askedPatches(): Promise<readonly string[]> {
  const files = (await fs.readdir(WORKFLOWS, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const texts = await Promise.all(files.map((file) => fs.readFile(new URL(file, WORKFLOWS), 'utf8')));
  return texts.flatMap((text) =>
    [...text.matchAll(/\bpatched\((?:'([^']+)'|(\w+))\)/g)].map(([, id, name]) => {
      const found = id ?? new RegExp(`const ${name ?? ''} = '([^']+)'`).exec(text)?.[1];
      if (found === undefined) throw new Error(`the id of patched(${name ?? ''}) is not in its file`);
      return found;
    }),
  );
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
