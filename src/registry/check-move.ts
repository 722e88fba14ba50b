import type { AliasBasis, RegistryLogEntry } from '../contracts/model.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { aliasState } from './alias-state.js';
import type { LogState } from './log-state.js';
import { readBasis } from './read-basis.js';

/** An entry that is about to be written. */
export type MoveDraft = Pick<RegistryLogEntry, 'action' | 'version' | 'from' | 'alias' | 'workflowId' | 'details'>;

/**
 * The one door for moves of aliases: every entry of the log passes through it before it is written.
 * @param state - what the log comes to so far; the draft becomes its next entry.
 * @throws PipelineError `REGISTRY_BASIS_REFUSED` for a move that rests on nothing, or on something that does not hold for the champion of
 * `state`. Entries that move no alias pass.
 */
export function checkMove(model: string, state: LogState, draft: MoveDraft): void {
  if (draft.alias === null) return;
  const basis = readBasis(draft.details);
  if (basis === null)
    throw refused(model, `${draft.action} of version ${draft.version} names no evaluation and no person with a reason`);
  const why = whyNot(state, draft, basis);
  if (why !== null) throw refused(model, why);
}

function whyNot(state: LogState, draft: MoveDraft, basis: AliasBasis): string | null {
  const { champion } = aliasState(state);
  const standing = champion?.version ?? null;
  const name = (version: number | null): string => (version === null ? 'no champion' : `champion version ${version}`);
  switch (draft.action) {
    case 'promote':
      if (draft.from !== standing)
        return `version ${draft.version} is to replace ${name(draft.from)}, but there is ${name(standing)}`;
      if ('undoes' in basis) return `a promotion undoes nothing`;
      if ('person' in basis || (basis.comparedWith?.version ?? null) === standing) return null;
      return `version ${draft.version} was compared with ${name(basis.comparedWith?.version ?? null)}, not with ${name(standing)}`;
    case 'withdraw': {
      const undone = 'undoes' in basis && champion?.entry.n === basis.undoes ? champion.entry : undefined;
      const own = undone?.action === 'promote' && undone.workflowId === draft.workflowId && undone.version === draft.version;
      return own ? null : `only the promotion that made the champion can be withdrawn, by whoever made it`;
    }
    case 'rollback':
      return 'person' in basis ? null : 'only a person rolls a model back';
    case 'alias':
      return 'undoes' in basis ? 'a challenger rests on an evaluation or a person' : null;
    case 'register':
    case 'reject':
      return `${draft.action} moves no alias`;
  }
}

export function refused(model: string, what: string): PipelineError {
  return new PipelineError('REGISTRY_BASIS_REFUSED', { what, where: `model ${model}`, details: { model } });
}
