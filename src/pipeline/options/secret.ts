import { checkCall } from '../../errors/check-call.js';
import { aText } from '../../errors/kinds.js';
import { PipelineError } from '../../errors/pipeline-error.js';

declare const SECRET: unique symbol;

/** Stands for a secret wherever a setting takes one. The plan holds its name only. */
export interface SecretReference {
  readonly $secret: string;
  readonly [SECRET]: true;
}

/** Secrets by the name under which a step's code gets their values. */
export type SecretReferences = { readonly [name: string]: SecretReference };

declare const NONE: unique symbol;

/** For a step without secrets: no name is known. */
export type NoSecrets = { readonly [NONE]?: never };

/** The run-time object: JSON keeps it as a `SecretMarker`, everything else refuses. */
class Marker {
  readonly $secret: string;

  constructor(name: string) {
    this.$secret = name;
    Object.freeze(this);
  }

  [Symbol.toPrimitive](): never {
    throw new PipelineError('AUTHORING_REFERENCE_AS_VALUE', {
      what: `the secret "${this.$secret}" was used as a string or a number`,
      where: 'a pipeline definition',
      cure: 'Pass the reference itself in `secrets` of a step or `env` of a command; its value exists inside the step only.',
    });
  }
}

/** Names of environment variables, which are file names as well. */
export const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/**
 * Refers to a secret by name. Its value is looked up by the worker that runs the step, and is in no plan, history, log or cache key.
 * @param name - letters, digits and underscores; a wrong one is reported by the linter.
 */
export function secret(name: string): SecretReference {
  checkCall('secret', { name }, { name: aText });
  return new Marker(name) as unknown as SecretReference;
}

export function isSecretReference(value: unknown): value is SecretReference {
  return value instanceof Marker;
}
