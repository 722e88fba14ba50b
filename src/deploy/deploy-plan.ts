import type { ScheduleSpec } from '../contracts/plan/schedule.js';
import { FIELD_NAMES } from './schedule-fields.js';
import type { ScheduleFields } from './schedule-fields.js';
import type { DeployedSchedule } from './temporal-schedule.js';

export type FieldChange = {
  readonly field: string;
  /** Null: there was none. */
  readonly before: string | null;
  readonly after: string | null;
  /** Somebody changed it in Temporal since it was deployed; deploying puts it back. */
  readonly drift: boolean;
};

export type ScheduleChange = {
  readonly action: 'create' | 'update' | 'unchanged' | 'delete';
  /** Id in Temporal. */
  readonly id: string;
  readonly pipeline: string;
  readonly name: string;
  readonly fields: readonly FieldChange[];
};

/** What a deployment would change, and nothing else. */
export type DeployPlan = {
  readonly namespace: string;
  readonly taskQueue: string;
  /** Search attributes to be created. */
  readonly searchAttributes: readonly string[];
  readonly schedules: readonly ScheduleChange[];
};

/** A schedule as it is in Temporal. */
export type ExistingSchedule = { readonly fields: ScheduleFields; readonly deployed: DeployedSchedule | null };

/** Compares what a file declares with what was deployed last and with what is there now. */
export function compareSchedule(
  id: string,
  pipeline: string,
  spec: Pick<ScheduleSpec, 'name' | 'description'>,
  declared: ScheduleFields,
  existing: ExistingSchedule | null,
): ScheduleChange {
  const about = { id, pipeline, name: spec.name };
  if (existing === null) {
    const fields = FIELD_NAMES.map((field) => ({ field, before: null, after: declared[field], drift: false }));
    return { action: 'create', ...about, fields };
  }
  const { fields: actual, deployed } = existing;
  const fields: FieldChange[] = FIELD_NAMES.filter((field) => actual[field] !== declared[field]).map((field) => ({
    field,
    before: actual[field],
    after: declared[field],
    drift: deployed?.fields[field] !== actual[field],
  }));
  const described = deployed === null ? null : deployed.description;
  if (described !== spec.description)
    fields.push({ field: 'description', before: described, after: spec.description, drift: deployed === null });
  return { action: fields.length === 0 ? 'unchanged' : 'update', ...about, fields };
}

/** Whether applying the plan would do anything. */
export const hasChanges = ({ searchAttributes, schedules }: DeployPlan): boolean =>
  searchAttributes.length > 0 || schedules.some(({ action }) => action !== 'unchanged');
