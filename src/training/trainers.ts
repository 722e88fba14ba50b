import { createKindList } from '../kinds/kind-list.js';
import type { TrainerKind } from './trainer-kind.js';
import { gbdt } from './trainers/gbdt.js';

/** Every trainer, by name. */
export const TRAINERS = createKindList<TrainerKind>('trainer', 'trainer', [gbdt.kind]);
