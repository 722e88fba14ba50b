import type { DraftGuard } from '../draft/draft-scope.js';
import { isPseudo } from '../draft/draft-scope.js';
import type { PipelineDraft } from '../draft/draft.js';
import type { RunCondition } from '../expressions/expression.js';
import { compileCondition } from '../expressions/run-condition.js';
import { isReference, type Ref } from '../references/reference.js';
import { addJoin, type Either } from './join.js';

/** What the two functions of a `p.when` returned, where they are not both references. The steps of one of them are skipped in every run. */
export interface Branches<Met, Otherwise> {
  readonly met: Met;
  readonly otherwise: Otherwise;
}

/** What a `p.when` gives: where both functions return a reference, one to the result of the branch that is taken. */
export type BranchResult<Met, Otherwise> = [Met, Otherwise] extends [Ref, Ref]
  ? Either<Met | Otherwise>
  : Branches<Met, Otherwise>;

export function addBranches<Met, Otherwise>(
  draft: PipelineDraft,
  condition: RunCondition,
  met: () => Met,
  otherwise: () => Otherwise,
): Branches<Met, Otherwise> | Ref {
  const { condition: compiled, reads } = compileCondition(condition, draft, draft.root.at('when'));
  const before = draft.steps.length;
  const guards = { met: { condition: compiled, is: true, reads }, otherwise: { condition: compiled, is: false, reads } };
  const branches = { met: draft.guarded(guards.met, met), otherwise: draft.guarded(guards.otherwise, otherwise) };
  if (draft.steps.length === before) draft.root.at('when').report('condition', 'neither branch declares a step');
  if (!isReference(branches.met) || !isReference(branches.otherwise)) return branches;
  const returned = [
    { reference: branches.met, guard: guards.met },
    { reference: branches.otherwise, guard: guards.otherwise },
  ] as const;
  const id = returned
    .map(({ reference }) => draft.idOf(reference))
    .join('-or-')
    .replaceAll('.', '-');
  return draft.addWhenUsed(id, (reference) => {
    for (const each of returned) checkReturned(draft, id, each);
    addJoin(draft, id, [branches.met, branches.otherwise] as [Ref, Ref], { mode: 'first', reference });
  });
}

/** What runs in either case would come first whichever branch is taken. */
function checkReturned(
  draft: PipelineDraft,
  id: string,
  { reference, guard }: { readonly reference: Ref; readonly guard: DraftGuard },
): void {
  const found = draft.locate(reference, draft.root.at(id));
  if (found === null || isPseudo(found.step) || found.step.guards.includes(guard)) return;
  draft.root
    .at(id)
    .report(
      'join',
      `"${found.step.id}" runs whichever branch is taken; let each branch return the result of a step that it declares`,
    );
}
