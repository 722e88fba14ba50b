import { checkCall } from '../errors/check-call.js';
import { aFunction, aNumber, anObject, aText, oneOfWords, optional, optionsOf } from '../errors/kinds.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { checkDefinition } from '../kinds/check-definition.js';
import { filesOfCallers } from '../modules/defining-file.js';
import { type DriftConstructor, type DriftDefinition, driftKind, type Measured } from './drift-kind.js';
import { STATISTICS } from './statistics.js';

const DEFINITION = optionsOf({
  name: aText,
  column: oneOfWords('number', 'measurable'),
  threshold: optional(aNumber),
  options: optional(anObject),
  compute: aFunction,
});

/**
 * Adds a drift statistic and gives its constructor, which `drift` of `p.monitor` takes. It is computed where windows are closed: in a worker
 * that has loaded the file which defines it, over profiles (sketches of columns), never over rows.
 * @typeParam Given - the options beside `max`.
 * @throws PipelineError `AUTHORING_OPTION_INVALID`, `EXTENSION_INVALID`, `EXTENSION_NAME_TAKEN`. When it computes something other than a finite
 *   number of at least 0 or null, the window fails with `EXTENSION_RESULT_INVALID`.
 */
export function defineDrift<const Name extends string, Need extends Measured, Given extends object = object>(
  definition: DriftDefinition<Name, Need>,
): DriftConstructor<Need, Name, Given> {
  checkCall('defineDrift', { definition }, { definition: DEFINITION });
  checkDefinition('drift statistic', definition, { functions: ['compute'], values: ['column', 'threshold'] });
  const constructor = driftKind<Name, Need, Given>(definition.name, { ...definition, compute: bounded(definition) });
  STATISTICS.add(constructor.kind, { files: filesOfCallers(defineDrift) });
  return constructor;
}

function bounded({ name, compute }: DriftDefinition): DriftDefinition['compute'] {
  return (reference, current, options) => {
    const value: unknown = compute(reference, current, options);
    if (value === null || (typeof value === 'number' && Number.isFinite(value) && value >= 0)) return value;
    throw new PipelineError('EXTENSION_RESULT_INVALID', {
      what: `the drift statistic "${name}" computed no distance`,
      expected: 'a finite number of at least 0, or null when one side has no values',
      received: typeof value === 'number' ? String(value) : typeof value,
    });
  };
}
