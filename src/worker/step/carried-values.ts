import type { StepOutcome, StepTask } from '../../contracts/run.js';
import { holdsStored } from '../../contracts/stored-value.js';
import { resolveConfig } from '../../pipeline/resolve-config.js';
import type { ArtifactStore } from '../../store/artifact-store.js';
import { loadParts, storeParts } from '../../store/stored-values.js';

/** The task with all that the run carried by reference in its place. ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, EXECUTION_INPUT_MISSING. */
export async function wholeTask(task: StepTask, artifacts: ArtifactStore): Promise<StepTask> {
  const { inputs, config, parameters } = task;
  if (!holdsStored(inputs) && !holdsStored(config) && !holdsStored(parameters)) return task;
  const whole = await loadParts(artifacts, { inputs, config, parameters });
  // A part of the configuration that came by reference is as the plan has it, with the parameters not yet put in.
  return { ...task, ...whole, ...(holdsStored(config) ? { config: resolveConfig(whole.config, whole.parameters) } : {}) };
}

/** The outcome as the run takes it into its history: what is more than it asked for lies in the store. */
export async function carriedOutcome(outcome: StepOutcome, task: StepTask, artifacts: ArtifactStore): Promise<StepOutcome> {
  const { inlineBytes } = task;
  if (inlineBytes === undefined) return outcome;
  const result = await storeParts(artifacts, outcome.result, inlineBytes);
  return result === outcome.result ? outcome : { ...outcome, result };
}
