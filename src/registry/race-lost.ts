import { PipelineError } from '../errors/pipeline-error.js';
import type { AliasState } from './alias-state.js';

/** REGISTRY_RACE_LOST: somebody moved the champion first; says who, when and why. */
export function raceLost(
  why: string,
  { model, expectedChampion }: { readonly model: string; readonly expectedChampion: number | null },
  champion: AliasState['champion'],
): PipelineError {
  const name = (version: number | null): string => (version === null ? 'no champion' : `version ${version}`);
  const mover =
    champion === null
      ? ''
      : ` (by ${champion.entry.by}, ${champion.entry.workflowId}, at ${champion.entry.at}: ${champion.entry.reason})`;
  return new PipelineError('REGISTRY_RACE_LOST', {
    what: why,
    where: `model ${model}`,
    expected: name(expectedChampion),
    received: `${name(champion?.version ?? null)}${mover}`,
    details: {
      model,
      expected: expectedChampion,
      champion: champion?.version ?? null,
      workflowId: champion?.entry.workflowId ?? null,
    },
  });
}
