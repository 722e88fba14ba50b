import type { Kind } from '../../errors/check-call.js';
import { aNumber, aText, either, made, recordOf } from '../../errors/kinds.js';
import { isColumn } from '../../schema/column.js';
import { isParameterReference } from '../references/parameter-reference.js';
import { isReference } from '../references/reference.js';

const aParameter: Kind = { expected: 'a parameter such as p.params.name', holds: isParameterReference };

/** A value that may be a parameter of the run. */
export const setting = (kind: Kind): Kind => either(kind, aParameter);

/** A property of what `schema(...)` gives. */
export const aColumn: Kind = { expected: 'a column of a schema such as flights.date', holds: isColumn };

export const aNumberSetting = setting(aNumber);
export const aTextSetting = setting(aText);
export const aDuration: Kind = { expected: "a duration such as '5 minutes'", holds: (value) => typeof value === 'string' };
/** The reference of a step, or one field of its result. */
export const aReference: Kind = { expected: 'the reference of a step', holds: isReference };
/** JSON Schema of a parameter, as `param.string()` and its kin make it. */
export const aParameterField = made(
  'a parameter such as param.string() or param.integer()',
  (value) => typeof value['parameter'] === 'object' && value['parameter'] !== null,
);
export const someParameters = recordOf(aParameterField);
