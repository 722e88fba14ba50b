import { workflowInfo } from '@temporalio/workflow';
import { RUN_OPTIONS_MEMO, type RunOptions } from '../src/contracts/run.js';

/** How this run was asked to go: what its starter left in the memo, or nothing. */
export function runOptions(): RunOptions {
  const options = workflowInfo().memo?.[RUN_OPTIONS_MEMO];
  return typeof options === 'object' && options !== null ? options : {};
}
