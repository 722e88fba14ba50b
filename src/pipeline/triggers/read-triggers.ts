import type { JsonObject } from '../../contracts/json.js';
import type { Alias } from '../../contracts/model.js';
import type { TriggerSpec } from '../../contracts/plan/triggers.js';
import { subjectPath } from '../../contracts/plan/triggers.js';
import { checkParameters } from '../../schema/validate-parameters.js';
import { ALIAS_FIELDS, type ChangeTrigger, DATASET_FIELDS } from './change-triggers.js';
import type { PipelineDraft } from '../draft/draft.js';
import type { OptionReader } from '../lint/issues.js';
import { plainConfig } from '../plan/plain-config.js';

const ALIASES: readonly string[] = ['champion', 'challenger', 'previous'] satisfies Alias[];
const OVERLAPS: readonly string[] = ['coalesce', 'queue', 'allow'] satisfies TriggerSpec['overlap'][];

/** The triggers of a pipeline as they are kept in the store once it is deployed; whatever is wrong with them is reported. */
export function readTriggers(triggers: readonly ChangeTrigger[], draft: PipelineDraft): readonly TriggerSpec[] {
  const specs = triggers.map(({ kind, name, overlap, parameters }, index): TriggerSpec => {
    const read = draft.root.at(`triggers.${index}`);
    lintSubject(kind, name, read);
    if (!OVERLAPS.includes(overlap)) read.at('overlap').report('range', `expected one of ${OVERLAPS.join(', ')}, got ${overlap}`);
    const plain = plainConfig(parameters, read.at('params'));
    lintParameters(plain, kind === 'dataset' ? DATASET_FIELDS : ALIAS_FIELDS, draft, read.at('params'));
    return { on: { kind, name }, overlap, parameters: plain };
  });
  const paths = specs.map(({ on }) => subjectPath(on));
  for (const [index, path] of paths.entries()) {
    if (paths.indexOf(path) < index) draft.root.at(`triggers.${index}`).report('duplicate-trigger', `${path} is named twice`);
  }
  return specs;
}

function lintSubject(kind: TriggerSpec['on']['kind'], name: string, read: OptionReader): void {
  if (kind === 'dataset') {
    read.name(name, 'the data set name');
    return;
  }
  const slash = name.lastIndexOf('/');
  read.name(name.slice(0, slash), 'the model name');
  const alias = name.slice(slash + 1);
  if (!ALIASES.includes(alias)) read.report('range', `expected one of the aliases ${ALIASES.join(', ')}, got ${alias}`);
}

/** Values are checked as a start would; a field of the change is known only when it happens. */
function lintParameters(parameters: JsonObject, fields: readonly string[], draft: PipelineDraft, read: OptionReader): void {
  const fromChange = new Map(
    Object.entries(parameters).flatMap(([name, value]) => {
      const field = typeof value === 'object' && value !== null && '$event' in value ? value['$event'] : null;
      return typeof field === 'string' ? [[name, field] as const] : [];
    }),
  );
  for (const [name, field] of fromChange) {
    if (!fields.includes(field))
      read.at(name).report('trigger-parameters', `a change has no field "${field}"; it has ${fields.join(', ')}`);
  }
  for (const { path, expected, received } of checkParameters(draft.parameters, parameters).problems) {
    const known = draft.parameterNames.includes(path);
    if (known && fromChange.has(path)) continue;
    read.at(path).report('trigger-parameters', `expected ${expected}, got ${received}`);
  }
}
