import type { CallConfig } from '../../contracts/stages/call.js';
import type { JsonObject, JsonValue } from '../../contracts/json.js';
import type { ParameterValue } from '../../schema/parameter.js';
import { checkParameters } from '../../schema/validate-parameters.js';
import type { DraftInput } from '../draft/draft-scope.js';
import type { PipelineDraft } from '../draft/draft.js';
import type { OptionReader } from '../lint/issues.js';
import type { ParameterReference } from '../references/parameter-reference.js';
import { isParameterReference } from '../references/parameter-reference.js';
import type { Pipeline } from '../pipeline.js';
import type { Ref, Reference } from '../references/reference.js';
import { isReference } from '../references/reference.js';
import type { StepOptions } from '../options/step-options.js';

/** A parameter of the called pipeline: a value, a parameter of this one, or the result of a step. */
type CallParameter<Value> = Value | ParameterReference<Extract<Value, ParameterValue>> | Ref<Value>;

/** Parameters of the called pipeline by name; those with a default may be left out. */
export type CallParameters<Params> = { readonly [Name in keyof Params]: CallParameter<Params[Name]> };

/** Parameters of a pipeline that is known by name only: the called run checks them. */
export type NamedCallParameters = { readonly [name: string]: CallParameter<JsonValue> | ParameterReference<ParameterValue> };

/** The called run has its own limits: a call takes none. */
type CallStepOptions = Pick<StepOptions, 'description' | 'onFailure' | 'after'>;

export interface CallOptions<Parameters> extends CallStepOptions {
  readonly params?: Parameters;
}

/** The options may be left out when every parameter of the called pipeline may be. */
export type CallArguments<Params> =
  Partial<Params> extends Params
    ? [options?: CallOptions<CallParameters<Params>>]
    : [options: CallOptions<CallParameters<Params>> & { readonly params: CallParameters<Params> }];

/** The type of the result is the caller's word: a reference to what never is can stand for any. */
export function addCall(
  draft: PipelineDraft,
  id: string,
  called: Pipeline<unknown> | string,
  options: CallOptions<object> = {},
): Reference<never> {
  const at = draft.root.at(id).at('params');
  const given = Object.entries(options.params ?? {}).filter(([, value]) => value !== undefined) as [string, unknown][];
  const inputs = given
    .filter(([, value]) => isReference(value))
    .map(([name, value]) => [name, draft.locate(value, at.at(name))] as const)
    .filter((entry): entry is [string, DraftInput] => entry[1] !== null);
  const parameters = Object.fromEntries(given.filter(([, value]) => !isReference(value)));
  const pipeline = typeof called === 'string' ? called : called.name;
  if (typeof called === 'string') draft.root.at(id).name(called, 'the called pipeline');
  else {
    checkLiterals(called.plan.parameters, options.params ?? {}, at);
    registerCall(draft, called, draft.root.at(id));
  }
  return draft.add<Reference<never>>({
    kind: 'call',
    id,
    options,
    inputs: Object.fromEntries(inputs),
    config: () => ({ pipeline, parameters }) satisfies { [Key in keyof CallConfig]: unknown },
  });
}

/** What the compiler does not see: missing and unknown names in JavaScript, and values out of range. */
function checkLiterals(schema: JsonObject, given: object, at: OptionReader): void {
  const literal = (value: unknown): boolean => !isReference(value) && !isParameterReference(value);
  const literals = Object.fromEntries(Object.entries(given).filter(([, value]) => literal(value)));
  const later = new Set(Object.keys(given).filter((name) => !(name in literals)));
  const properties = schema['properties'];
  const known = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  for (const name of later)
    if (!known.includes(name))
      at.at(name).report('call', `the called pipeline has no such parameter; it has ${known.join(', ') || 'none'}`);
  for (const { path, expected, received } of checkParameters(schema, literals).problems)
    if (!later.has(path)) at.at(path).report('call', `the called pipeline expects ${expected}, got ${received}`);
}

function registerCall(draft: PipelineDraft, called: Pipeline<unknown>, at: OptionReader): void {
  const before = draft.calls.get(called.name);
  if (called.name === draft.name || (before !== undefined && before.plan.hash !== called.plan.hash))
    at.report('call', `another pipeline is already called "${called.name}"; give this one its own name`);
  draft.calls.set(called.name, called as unknown as Pipeline);
}
