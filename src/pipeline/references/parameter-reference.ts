import type { JsonPrimitive } from '../../contracts/json.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { Parameter, ParameterFormat, ParameterShape, ParameterValue } from '../../schema/parameter.js';

declare const VALUE: unique symbol;

/** Stands for a parameter's value in a step's options; put in when the step starts. */
export interface ParameterReference<
  Value extends ParameterValue = JsonPrimitive,
  Format extends ParameterFormat = ParameterFormat,
> {
  readonly $param: string;
  readonly [VALUE]: { readonly value: Value; readonly format: Format };
}

/** An option that may be a value or a parameter of the run. */
export type Setting<Value extends JsonPrimitive> = Value | ParameterReference<Value>;

/** Options, each a value or, where it is one value, a parameter of the run. */
export type SettingsOf<Options> = {
  readonly [Name in keyof Options]: Extract<Options[Name], JsonPrimitive> extends never
    ? Options[Name]
    : Options[Name] | ParameterReference<Extract<Options[Name], JsonPrimitive>>;
};

/** An ISO date or date-time, or a parameter that is a date. */
export type DateSetting = string | ParameterReference<string, 'date'>;

/** `p.params`: a reference for every parameter. */
export type ParameterReferences<Shape extends ParameterShape> = {
  readonly [Name in keyof Shape]: Shape[Name] extends Parameter<infer Value, boolean, infer Format>
    ? ParameterReference<Value, Format>
    : never;
};

/** The run-time object: JSON keeps it as a `ParameterMarker`, everything else refuses. */
class Marker {
  readonly $param: string;

  constructor(name: string) {
    this.$param = name;
    Object.freeze(this);
  }

  [Symbol.toPrimitive](): never {
    throw new PipelineError('AUTHORING_REFERENCE_AS_VALUE', {
      what: `the reference to parameter "${this.$param}" was used as a string or a number`,
      where: 'a pipeline definition',
    });
  }
}

/** An unknown name is reported to `onUnknown` and still gives a reference, so that the rest is checked. */
export function parameterReferences<Shape extends ParameterShape>(
  names: readonly string[],
  onUnknown: (name: string) => void,
): ParameterReferences<Shape> {
  const references: Readonly<Record<string, Marker>> = Object.fromEntries(names.map((name) => [name, new Marker(name)]));
  const withUnknown = new Proxy(references, {
    get: (target, key) => {
      if (typeof key === 'symbol' || Object.hasOwn(target, key)) return Reflect.get(target, key) as unknown;
      onUnknown(key);
      return new Marker(key);
    },
  });
  return withUnknown as unknown as ParameterReferences<Shape>;
}

/** Whether a part of a configuration is a `ParameterMarker`: an object whose one key is `$param`. */
export function isParameterReference(value: unknown): value is ParameterReference {
  return (
    typeof value === 'object' &&
    value !== null &&
    '$param' in value &&
    typeof value.$param === 'string' &&
    Object.keys(value).length === 1
  );
}
