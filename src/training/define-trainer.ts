import { checkSettings } from '../errors/check-call.js';
import { anObject } from '../errors/kinds.js';
import { isPlainObject } from '../contracts/json.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { checkDefinition } from '../kinds/check-definition.js';
import { filesOfCallers } from '../modules/defining-file.js';
import { type FittedModel, type TrainerConstructor, type TrainerDefinition, trainerKind } from './trainer-kind.js';
import { TRAINERS } from './trainers.js';

/**
 * Adds a trainer and gives its constructor, which `p.train` takes. From there the road is that of the built-in one: the exported graph is
 * compared with the trainer's own scores, then the model is evaluated, deployed and monitored.
 * @typeParam Options - what `fit` gets, with the defaults of the schema put in.
 * @throws PipelineError `EXTENSION_INVALID`, `EXTENSION_NAME_TAKEN`. When `fit` gives something other than a
 *   `FittedModel`, the step fails with `EXTENSION_RESULT_INVALID`; when graph and scores differ, with `TRAINING_GRAPH_DIFFERS`.
 */
export function defineTrainer<Options>(definition: TrainerDefinition<Options>): TrainerConstructor<Options> {
  checkDefinition('trainer', definition, { functions: ['fit'], optional: ['refit'] });
  checkSettings('defineTrainer', definition, { options: anObject });
  const { name, fit } = definition;
  const constructor = trainerKind<Options>(name, {
    ...definition,
    fit: async (data, task, context) => whole(name, await fit(data, task, context)),
  });
  TRAINERS.add(constructor.kind, { files: filesOfCallers(defineTrainer) });
  return constructor;
}

function whole(name: string, fitted: unknown): FittedModel {
  const given = isPlainObject(fitted) ? fitted : {};
  const { graph, predict, metrics, record } = given;
  const wrong = [
    ...(typeof graph === 'function' ? [] : ['graph, a function']),
    ...(typeof predict === 'function' ? [] : ['predict, a function']),
    ...(isPlainObject(metrics) && Object.values(metrics).every(Number.isFinite) ? [] : ['metrics, finite numbers by name']),
    ...(isPlainObject(record) ? [] : ['record, an object of plain JSON']),
  ];
  if (wrong.length === 0) return fitted as FittedModel;
  throw new PipelineError('EXTENSION_RESULT_INVALID', {
    what: `the trainer "${name}" fitted no model`,
    expected: wrong.join('; '),
    received: isPlainObject(fitted) ? Object.keys(fitted).join(', ') || 'an empty object' : typeof fitted,
  });
}
