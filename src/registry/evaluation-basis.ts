import type { AliasBasis, ComparedChampion, ModelVersion } from '../contracts/model.js';
import type { EvaluationMeta } from '../contracts/stages/evaluate.js';
import type { ModelMeta } from '../contracts/stages/train.js';
import { refused } from './check-move.js';
import type { EvaluationBasis } from './registry.js';

/**
 * The champion that an evaluation was compared with, null when there was none. Undefined: the evaluation, one that was made before
 * evaluations said it, compared nothing.
 */
export function comparedWith({
  comparedWith: stated,
  gate,
}: Pick<EvaluationMeta, 'comparedWith' | 'gate'>): ComparedChampion | null | undefined {
  if (stated !== undefined || gate === null) return stated;
  return gate.opponentVersion === null ? null : { version: gate.opponentVersion };
}

/**
 * What the log keeps of an evaluation as the basis of a move.
 * @throws PipelineError `REGISTRY_BASIS_REFUSED` unless it blessed this very version, and says against which champion.
 */
export function evaluationBasis(
  { model, version, artifact }: ModelVersion,
  { evaluation: { id, meta } }: EvaluationBasis,
): Extract<AliasBasis, { readonly evaluation: string }> {
  const champion = comparedWith(meta);
  if (meta.decision !== 'blessed') throw refused(model, `evaluation ${id} of version ${version} is ${meta.decision}`);
  if (champion === undefined)
    throw refused(model, `evaluation ${id} does not say with which champion version ${version} was compared`);
  if (meta.model !== model) throw refused(model, `evaluation ${id} is one of model ${meta.model}`);
  const judged = [artifact.id, (artifact.meta as Partial<ModelMeta>).refitOf];
  if (meta.candidate !== undefined && !judged.includes(meta.candidate))
    throw refused(model, `evaluation ${id} judged model artifact ${meta.candidate}, not ${artifact.id} of version ${version}`);
  return { evaluation: id, comparedWith: champion };
}
