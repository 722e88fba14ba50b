import type { StepOutcome, StepTask } from '../../../contracts/run.js';
import { holdsStored } from '../../../contracts/store/stored-value.js';
import { resolveConfig } from '../../../pipeline/interpreter/resolve-config.js';
import type { ArtifactStore } from '../../../store/artifacts/artifact-store.js';
import { shortReferences, wholeReferences } from '../../../store/values/short-references.js';
import { loadParts, storeParts } from '../../../store/values/stored-values.js';

/** The task with all that the run carried by reference in its place. ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, EXECUTION_INPUT_MISSING. */
export async function wholeTask(task: StepTask, artifacts: ArtifactStore): Promise<StepTask> {
  const stored = await withoutStored(task, artifacts);
  const { inputs, arguments: given } = stored;
  const [wholeInputs, wholeGiven] = [await wholeReferences(artifacts, inputs), await wholeReferences(artifacts, given)];
  return wholeInputs === inputs && wholeGiven === given ? stored : { ...stored, inputs: wholeInputs, arguments: wholeGiven };
}

async function withoutStored(task: StepTask, artifacts: ArtifactStore): Promise<StepTask> {
  const { inputs, config, parameters } = task;
  if (!holdsStored(inputs) && !holdsStored(config) && !holdsStored(parameters)) return task;
  const whole = await loadParts(artifacts, { inputs, config, parameters });
  // A part of the configuration that came by reference is as the plan has it, with the parameters not yet put in.
  return { ...task, ...whole, ...(holdsStored(config) ? { config: resolveConfig(whole.config, whole.parameters) } : {}) };
}

/** The outcome as the run takes it into its history: what is more than it asked for lies in the store. */
export async function carriedOutcome(outcome: StepOutcome, task: StepTask, artifacts: ArtifactStore): Promise<StepOutcome> {
  const { inlineBytes } = task;
  // What an older worker recorded has its references whole.
  const short = shortReferences(outcome.result);
  const result = inlineBytes === undefined ? short : await storeParts(artifacts, short, inlineBytes);
  return result === outcome.result ? outcome : { ...outcome, result };
}
