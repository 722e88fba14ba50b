import type { JsonValue } from '../../contracts/json.js';
import type { RunOutcome } from '../../contracts/run.js';
import type { DraftInput } from '../draft/draft-scope.js';
import type { PipelineDraft } from '../draft/draft.js';
import { isParameterReference } from '../references/parameter-reference.js';
import type { Ref } from '../references/reference.js';
import type { NoSecrets, SecretReferences } from '../options/secret.js';
import type { ParameterShape } from '../../schema/parameter.js';
import { customConfig, type CustomStepContext, type InputValue, type StepInputs } from '../stages/custom.js';
import type { StepOptions } from '../options/step-options.js';

/** Null where the step did not succeed. */
type CleanUpInputs<Inputs extends StepInputs> = {
  readonly [Name in keyof Inputs]: Inputs[Name] extends Ref<infer Result> ? Result | null : InputValue<Inputs[Name]>;
} & {
  /** How the run ended. */
  readonly outcome: RunOutcome;
};

export interface CleanUpOptions<
  Inputs extends StepInputs,
  Output,
  Secrets extends SecretReferences = NoSecrets,
  Shape extends ParameterShape = ParameterShape,
> extends Omit<StepOptions, 'id' | 'after' | 'onFailure'> {
  /** Results that the clean-up uses; `outcome` is taken. */
  readonly inputs?: Inputs & { readonly outcome?: never };
  /** `{ token: secret('TOKEN') }`: the clean-up finds the value in `context.secrets.token`. */
  readonly secrets?: Secrets;
  /** `fail` (default): its failure fails a run that had succeeded. `continue`: it does not. */
  readonly onFailure?: 'fail' | 'continue';
  /** Runs once, after everything else. Its signal is not aborted when the run is cancelled. */
  readonly run: (inputs: CleanUpInputs<Inputs>, context: CustomStepContext<Secrets, Shape>) => Promise<Output> | Output;
}

export function addCleanUp<Inputs extends StepInputs, Output, Secrets extends SecretReferences, Shape extends ParameterShape>(
  draft: PipelineDraft,
  id: string,
  options: CleanUpOptions<Inputs, Output, Secrets, Shape>,
): void {
  const at = draft.root.at(id);
  if (!draft.isAtRoot) at.report('finally', 'a clean-up belongs to the pipeline itself, not into a branch or a body');
  const policy: string | undefined = options.onFailure;
  if (policy === 'block') at.at('onFailure').report('finally', 'a clean-up cannot wait for a person; use fail or continue');
  const names = Object.entries<unknown>(options.inputs ?? {});
  if (names.some(([name]) => name === 'outcome'))
    at.at('inputs.outcome').report('finally', 'the name is taken: it tells how the run ended');
  const results = names.filter(([, reference]) => !isParameterReference(reference));
  const inputs = results.map(([name, reference]) => [name, draft.locate(reference, at.at(`inputs.${name}`))] as const);
  draft.add({
    kind: 'step',
    id,
    options,
    fields: { finally: true },
    inputs: Object.fromEntries(inputs.filter((entry): entry is [string, DraftInput] => entry[1] !== null)),
    ...(options.secrets === undefined && results.length === names.length
      ? {}
      : { config: (read) => customConfig(options, read) }),
  });
  // The compiler has checked `run` against the references; at run time both sides are plain JSON.
  draft.functions.set(
    id,
    async (given, context) =>
      (await options.run(...([given, context] as unknown as Parameters<typeof options.run>))) as JsonValue,
  );
}
