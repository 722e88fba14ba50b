import type { PipelineDraft } from '../draft/draft.js';
import type { RunCondition } from '../expressions/expression.js';
import { compileCondition } from '../expressions/run-condition.js';

/** What the two branches of a `p.when` returned. The steps of one of them are skipped in every run; `p.join` brings them together. */
export interface Branches<Met, Otherwise> {
  readonly met: Met;
  readonly otherwise: Otherwise;
}

export function addBranches<Met, Otherwise>(
  draft: PipelineDraft,
  condition: RunCondition,
  met: () => Met,
  otherwise: () => Otherwise,
): Branches<Met, Otherwise> {
  const { condition: compiled, reads } = compileCondition(condition, draft, draft.root.at('when'));
  const before = draft.steps.length;
  const branches = {
    met: draft.guarded({ condition: compiled, is: true, reads }, met),
    otherwise: draft.guarded({ condition: compiled, is: false, reads }, otherwise),
  };
  if (draft.steps.length === before) draft.root.at('when').report('condition', 'neither branch declares a step');
  return branches;
}
