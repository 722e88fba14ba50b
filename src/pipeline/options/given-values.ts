import { isPlainObject } from '../../contracts/json.js';
import type { Kind } from '../../errors/check-call.js';
import { aText, either, made } from '../../errors/kinds.js';
import { isColumn } from '../../schema/column.js';
import { isExpression } from '../expressions/expression.js';
import { isParameterReference } from '../references/parameter-reference.js';
import { isReference } from '../references/reference.js';
import { aTextSetting } from './kinds.js';
import { isSecretReference } from './secret.js';

/** What the linter looks at, with a place and words of its own. */
export const linted: Kind = { expected: 'a value', holds: () => true, optional: true };

export const aList: Kind = { expected: 'a list', holds: Array.isArray };

/** The linter says what is wrong inside. */
const written = (expected: string): Kind => made(expected, (value) => !isReference(value) && !('source' in value));

export const aSource = written('a source such as source.csv(...)');

export const aCheck = made(
  'a check such as check.notNull(...)',
  ({ check, column, options }) => typeof check === 'string' && typeof column === 'object' && isPlainObject(options),
);

export const aTransform = made(
  'a transform such as feature.numeric(...)',
  ({ spec, columns }) => isPlainObject(spec) && Array.isArray(columns),
);

export const aLabel = made(
  'label.binary(...) or label.regression(...)',
  ({ task, expression }) => typeof task === 'string' && expression !== undefined,
);

export const aSplit = made(
  'a split such as split.byTime(...)',
  ({ by, column, options }) => typeof by === 'string' && typeof column === 'object' && isPlainObject(options),
);

export const aTrainer = made('a trainer such as trainer.gbdt(...)', ({ trainer }) => typeof trainer === 'string');
export const aGate = made(
  'gate.betterThanChampion(...)',
  ({ than, metric }) => than === 'champion' && typeof metric === 'string',
);
export const aRollout = made('a roll-out such as rollout.canary(...)', ({ strategy }) => typeof strategy === 'string');

export const aMeasure = made(
  'a drift measure such as drift.psi(...)',
  ({ statistic, column }) => typeof statistic === 'string' && isPlainObject(column),
);

export const aTrigger = made('a trigger such as on.drift()', ({ on }) => typeof on === 'string');

export const anExpression: Kind = {
  expected: 'an expression such as gt(landed.delay, 15), or sql`...`',
  holds: (value) => isExpression(value) || isColumn(value),
};

export const aNotifier = written('a notifier such as notify.webhook(...)');

export const aChangeTrigger = made(
  'on.dataset(...) or on.alias(...)',
  ({ kind, name }) => typeof kind === 'string' && typeof name === 'string',
);

export const aWindow: Kind = {
  expected: 'a list of two dates, [from, to]',
  holds: (value) => Array.isArray(value) && value.length === 2,
  members: aTextSetting,
};

export const aPipeline = either(
  { ...aText, expected: 'the name of a pipeline' },
  made('a pipeline', ({ plan, name }) => typeof plan === 'object' && plan !== null && typeof name === 'string'),
);

export const aPattern = either(
  { ...aText, expected: 'an expression' },
  { expected: 'a RegExp', holds: (value) => value instanceof RegExp },
);

/** The linter says where a reference may not stand. */
const isMarked = (value: unknown): boolean => isReference(value) || isParameterReference(value) || isSecretReference(value);

/** One word of a command line, or the value of an environment variable. */
export const aWord: Kind = {
  expected: 'a text, a number, true, false or a parameter such as p.params.name',
  holds: (value) => /^(?:string|number|boolean)$/.test(typeof value) || isMarked(value),
};

export const aHyperparameter: Kind = {
  expected: `${aWord.expected}, or a list of them`,
  holds: (value) => aWord.holds(value) || (Array.isArray(value) && value.every(aHyperparameter.holds)),
};
