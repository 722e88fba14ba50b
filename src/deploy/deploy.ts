import { Client, ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import type { Connection, ScheduleDescription } from '@temporalio/client';
import { GARBAGE_WORKFLOW } from '../contracts/store/garbage.js';
import { scheduleId } from '../contracts/plan/schedule.js';
import type { ScheduleSpec } from '../contracts/plan/schedule.js';
import { belongsToOther, type Owner, ownerInWords, type Project, type TakeOver } from '../contracts/store/ownership.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { ensureSearchAttributes, missingSearchAttributes } from '../temporal/search-attributes.js';
import { compareSchedule } from './deploy-plan.js';
import type { DeployPlan, ScheduleChange } from './deploy-plan.js';
import { declaredFields, describedFields } from './schedule-fields.js';
import { deployedBefore, ownerOf, temporalSchedule } from './temporal-schedule.js';

/** For whom schedules are deployed: a project; `taken` lets it take over what others have deployed under the same names. */
export type DeployedFor = { readonly project: Project; readonly taken?: TakeOver };

/** Where pipelines are deployed to. */
export interface DeployTarget {
  readonly connection: Connection;
  readonly namespace: string;
  /** Queue on which scheduled runs start. */
  readonly taskQueue: string;
}

type Declared = { readonly pipeline: string; readonly spec: ScheduleSpec };

/**
 * What would have to change so that Temporal has exactly the declared schedules of these pipelines. Schedules that we own and that their
 * pipeline no longer declares are deleted; those of pipelines that were not given are left alone unless `prune`.
 * @throws PipelineError `SCHEDULES_NOT_OURS` listing every schedule of the same id that somebody else made; `SCHEDULES_OWNED_ELSEWHERE` listing
 *   those that a pipeline of the same name in another project deployed, unless they are taken over.
 */
export async function planDeployment(
  target: DeployTarget,
  pipelines: readonly Pipeline[],
  options: { readonly prune: boolean; readonly owner?: DeployedFor },
): Promise<DeployPlan> {
  const { schedule } = new Client(target);
  const foreign: string[] = [];
  const others: string[] = [];
  const changes: ScheduleChange[] = [];
  for (const { pipeline, spec } of declaredBy(pipelines)) {
    const id = scheduleId(pipeline, spec.name);
    const description = await describeIfThere(target, id);
    if (description !== null && ownerOf(description.memo) === null) foreign.push(id);
    const deployed = description === null ? null : deployedBefore(description.action.memo);
    const existing = description === null ? null : { fields: describedFields(description), deployed };
    if (deployed?.owner !== undefined && isOfOther(deployed.owner, options.owner))
      others.push(`${id} of ${ownerInWords(deployed.owner)}`);
    const change = compareSchedule(id, pipeline, spec, declaredFields(pipeline, target.taskQueue, spec), existing);
    changes.push(existing === null ? change : withOwner(change, deployed?.owner ?? null, options.owner));
  }
  if (others.length > 0 && options.owner?.taken === undefined) {
    throw new PipelineError('SCHEDULES_OWNED_ELSEWHERE', {
      what: `others have deployed schedules of these names: ${others.join(', ')}`,
      where: `namespace ${target.namespace}, asked for by the store ${options.owner?.project.store ?? ''}`,
      details: { schedules: others },
    });
  }
  if (foreign.length > 0) {
    throw new PipelineError('SCHEDULES_NOT_OURS', {
      what: `schedules of these ids were made by somebody else: ${foreign.join(', ')}`,
      where: `namespace ${target.namespace}`,
      details: { schedules: foreign },
    });
  }
  const given = new Set(pipelines.map(({ name }) => name));
  const declared = new Set(changes.map(({ id }) => id));
  for await (const { scheduleId: id, memo } of schedule.list()) {
    const owner = ownerOf(memo);
    // The cleaning of the store belongs to no pipeline.
    if (owner?.pipeline === GARBAGE_WORKFLOW) continue;
    if (owner === null || declared.has(id) || !(options.prune || given.has(owner.pipeline))) continue;
    const deployed = deployedBefore((await describeIfThere(target, id))?.action.memo);
    if (deployed?.owner !== undefined && isOfOther(deployed.owner, options.owner)) continue;
    changes.push({ action: 'delete', id, pipeline: owner.pipeline, name: owner.schedule, fields: [] });
  }
  const searchAttributes = await missingSearchAttributes(target.connection, target.namespace);
  return { namespace: target.namespace, taskQueue: target.taskQueue, searchAttributes, schedules: changes };
}

/** Carries a plan out; a schedule that is there already, or gone already, is no failure. Whether a schedule is paused stays as it is. */
export async function applyDeployment(
  target: DeployTarget,
  pipelines: readonly Pipeline[],
  plan: DeployPlan,
  owner?: DeployedFor,
): Promise<void> {
  const { schedule } = new Client(target);
  await ensureSearchAttributes(target.connection, target.namespace);
  const specs = new Map(declaredBy(pipelines).map(({ pipeline, spec }) => [scheduleId(pipeline, spec.name), { pipeline, spec }]));
  for (const { action, id } of plan.schedules) {
    const declared = specs.get(id);
    if (action === 'delete') await deleteIfThere(target, id);
    if (declared === undefined || (action !== 'create' && action !== 'update')) continue;
    const options = temporalSchedule(declared.pipeline, target.taskQueue, declared.spec, owner);
    const update = (): Promise<void> =>
      schedule
        .getHandle(id)
        .update(({ state }) => ({ spec: options.spec, action: options.action, policies: options.policies ?? {}, state }));
    if (action === 'update') await update();
    else {
      try {
        await schedule.create(options);
      } catch (error) {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        await update();
      }
    }
  }
}

const isOfOther = (present: Owner, own: DeployedFor | undefined): boolean =>
  own !== undefined && belongsToOther(present, { project: own.project });

/** A schedule of another owner, or of none, changes when it is deployed for this one. */
function withOwner(change: ScheduleChange, present: Owner | null, own: DeployedFor | undefined): ScheduleChange {
  if (own === undefined || (present !== null && !isOfOther(present, own))) return change;
  const field = { field: 'owner', before: present?.project.store ?? null, after: own.project.store, drift: false };
  return { ...change, action: 'update', fields: [...change.fields, field] };
}

function declaredBy(pipelines: readonly Pipeline[]): readonly Declared[] {
  return pipelines.flatMap(({ name, schedules = [] }) => schedules.map((spec) => ({ pipeline: name, spec })));
}

async function describeIfThere(target: DeployTarget, id: string): Promise<ScheduleDescription | null> {
  try {
    return await new Client(target).schedule.getHandle(id).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

async function deleteIfThere(target: DeployTarget, id: string): Promise<void> {
  try {
    await new Client(target).schedule.getHandle(id).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}
