import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';
import { joinWorkflows, OUR_WORKFLOWS, workflowFile } from './own-workflows.js';
import { readPrebuilt } from './prebuilt-bundle.js';
import { withoutPromiseStacks } from './untracked-promises.js';

const bundles = new Map<string, Promise<WorkflowBundle>>();

/**
 * The code of all workflows, bundled for the sandbox once per process: ours as the build left it, or with those of the file `own` beside them.
 * @param taken - names that no workflow of the file may have: those of the pipelines.
 * @throws PipelineError `WORKFLOW_FILE_UNUSABLE`, `WORKFLOW_FORBIDDEN_IMPORT`, `WORKFLOW_NAME_TAKEN`.
 */
export async function workflowBundle(own?: string, taken: readonly string[] = []): Promise<WorkflowBundle> {
  const file = own === undefined ? null : workflowFile(own);
  const key = JSON.stringify([file, taken]);
  const made = bundles.get(key) ?? (file === null ? ours() : bundleBoth(file, taken));
  bundles.set(key, made);
  try {
    return await made;
  } catch (error) {
    bundles.delete(key);
    throw error;
  }
}

async function ours(): Promise<WorkflowBundle> {
  return (await readPrebuilt()) ?? (await bundleOurs());
}

/** Bundles our workflows; the build keeps the result for {@link workflowBundle}. */
export async function bundleOurs(): Promise<WorkflowBundle> {
  return withoutPromiseStacks(await bundleWorkflowCode({ workflowsPath: OUR_WORKFLOWS, logger: new DefaultLogger('WARN') }));
}

/** Keeps the stacks of promises, which authors of hand-written workflows want to see. */
function bundleBoth(file: string, taken: readonly string[]): Promise<WorkflowBundle> {
  return bundleWorkflowCode({
    workflowsPath: OUR_WORKFLOWS,
    // The error carries the messages of the bundler.
    logger: new DefaultLogger('ERROR', () => undefined),
    webpackConfigHook: joinWorkflows(file, taken),
  });
}
