import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';
import { RUN_OPTIONS_MEMO, type RunOptions } from '../../src/contracts/run.js';

/** How this run was asked to go: what its starter left in the memo, or nothing. */
export function runOptions(): RunOptions {
  const options = workflowInfo().memo?.[RUN_OPTIONS_MEMO];
  return typeof options === 'object' && options !== null ? options : {};
}

const SCHEDULE = defineSearchAttributeKey('TemporalScheduledById', SearchAttributeType.KEYWORD);

/** Author of the run: a person, a schedule or the continuous training; null when unknown. */
export function authorOf({ author }: RunOptions): string | null {
  const { memo, typedSearchAttributes } = workflowInfo();
  const entity = memo?.['entity'];
  const schedule = typedSearchAttributes.get(SCHEDULE);
  if (author !== undefined) return author;
  if (schedule !== undefined) return `schedule ${schedule}`;
  return typeof entity === 'string' ? entity : null;
}
