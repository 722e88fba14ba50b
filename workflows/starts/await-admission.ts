import {
  CancellationScope,
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type AdmissionKind, admissionId } from '../../src/contracts/entities/admission.js';
import type { SystemActivities } from '../../src/contracts/system.js';
import { localActivities } from '../temporal/local-activities.js';
import { namesRequest } from '../messages/admission.js';
import { reasonOf } from '../../src/errors/describe-thrown.js';

/** First wait before asking again; each further wait is twice as long. Somebody may have ended the entity by hand. */
const FIRST_PATIENCE_MS = 60_000;
const LONGEST_PATIENCE_MS = 600_000;

const { askAdmission } = localActivities<Pick<SystemActivities, 'askAdmission'>>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});

const admittedSignal = defineSignal<[{ readonly id: string }]>('admitted');

/** This workflow's waiting and admitted requests; null before the first request. */
let requests: { readonly waiting: Set<string>; readonly heard: Set<string> } | null = null;

export type AdmissionNeed = {
  readonly kind: AdmissionKind;
  readonly name: string;
  readonly limit: number;
  /** Tells the requests of one run apart; empty for the run itself. */
  readonly part: string;
  readonly weight: number;
  readonly priority: number;
  readonly team: string;
  readonly describe: (waitingFor: string | null) => void;
};

/** Waits until the pool or pipeline has room, does the work, and gives the room back, however the work ends. */
export async function whenAdmitted<T>(need: AdmissionNeed, work: () => Promise<T>): Promise<T> {
  const { workflowId, runId } = workflowInfo();
  const entity = admissionId(need.kind, need.name);
  const id = [workflowId, runId, need.part].filter((part) => part !== '').join('/');
  const { weight, priority, team, limit } = need;
  const request = { id, workflowId, runId, weight, priority, team };
  const { waiting, heard } = listen();
  waiting.add(id);
  // Asked for to its end even when cancelled meanwhile, so that giving back comes after it.
  const askNow = (): Promise<void> => CancellationScope.nonCancellable(() => askAdmission({ entity, limit, request }));
  await askNow();
  try {
    need.describe(`${need.kind} ${need.name}`);
    for (let patienceMs = FIRST_PATIENCE_MS; !(await condition(() => heard.has(id), patienceMs));) {
      patienceMs = Math.min(2 * patienceMs, LONGEST_PATIENCE_MS);
      await askNow();
    }
    need.describe(null);
    return await work();
  } finally {
    waiting.delete(id);
    heard.delete(id);
    await CancellationScope.nonCancellable(() => giveBack(entity, id));
  }
}

function listen(): { readonly waiting: Set<string>; readonly heard: Set<string> } {
  if (requests !== null) return requests;
  const own = { waiting: new Set<string>(), heard: new Set<string>() };
  requests = own;
  setHandler(
    admittedSignal,
    (signal) => {
      if (namesRequest(signal) && own.waiting.has(signal.id)) own.heard.add(signal.id);
    },
    { description: 'There is room in a pool, or for this run of the pipeline: {id}' },
  );
  return own;
}

async function giveBack(entity: string, id: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(entity).signal('leave', { id });
  } catch (error) {
    log.warn('what was held could not be given back; the entity is gone', { entity, id, error: reasonOf(error) });
  }
}
