import type { VersioningBehavior, WorkflowDefinitionOptions } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';

/** Options of a workflow on workers of a deployment. On any other worker there must be none: its first task would never end. */
export const versioned =
  (versioningBehavior: VersioningBehavior): (() => WorkflowDefinitionOptions) =>
  () =>
    (workflowInfo().currentDeploymentVersion?.deploymentName ?? '') === '' ? {} : { versioningBehavior };
