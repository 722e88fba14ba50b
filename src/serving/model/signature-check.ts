import type { ModelSignature, TensorSpec } from '../../contracts/model.js';
import { PipelineError } from '../../errors/pipeline-error.js';

type Signed = { readonly version: number; readonly signature: ModelSignature };

function inputProblems(champion: readonly TensorSpec[], candidate: readonly TensorSpec[]): readonly string[] {
  const missing = champion.filter((spec) => !candidate.some((other) => other.name === spec.name));
  const problems = missing.map((spec) => `it does not take "${spec.name}"`);
  for (const spec of candidate) {
    const known = champion.find((other) => other.name === spec.name);
    if (known === undefined) problems.push(`it needs "${spec.name}", which callers do not send`);
    else if (known.datatype !== spec.datatype || known.column !== spec.column) {
      problems.push(
        `"${spec.name}" is ${spec.datatype} (${spec.column ?? 'no column type'}), not ${known.datatype} (${known.column ?? 'no column type'})`,
      );
    } else if (known.nullable === true && spec.nullable !== true) problems.push(`"${spec.name}" may no longer be null`);
  }
  return problems;
}

/**
 * Checks that every request that the champion answers is one that the candidate answers too: the same input names, datatypes and
 * column types, nothing newly required to be non-null, and the same outputs.
 * @throws PipelineError `SERVING_SIGNATURE_INCOMPATIBLE` listing all differences.
 */
export function checkCompatible(champion: Signed, candidate: Signed): void {
  const outputs = (signature: ModelSignature): string =>
    signature.outputs.map((output) => `${output.name} ${output.datatype}`).join(', ');
  const problems = [...inputProblems(champion.signature.inputs, candidate.signature.inputs)];
  if (outputs(champion.signature) !== outputs(candidate.signature)) {
    problems.push(`it gives ${outputs(candidate.signature)}, not ${outputs(champion.signature)}`);
  }
  if (problems.length === 0) return;
  throw new PipelineError('SERVING_SIGNATURE_INCOMPATIBLE', {
    what: `version ${candidate.version} cannot stand in for version ${champion.version}: ${problems.join('; ')}`,
    details: { problems },
  });
}
