import { optionKinds } from '../kinds/check-options.js';
import { createKindList } from '../kinds/kind-list.js';
import { checkWritten } from '../pipeline/options/problems.js';
import type { TrainerKind } from './trainer-kind.js';
import { gbdt } from './trainers/gbdt.js';

/** Every trainer, by name. */
export const TRAINERS = createKindList<TrainerKind>('trainer', 'trainer', [gbdt.kind]);

checkWritten(TRAINERS, { members: optionKinds, problems: () => [] });

export { gbdt };
