import { reasonOf } from '../../errors/describe-thrown.js';
import { isPipelineError } from '../../errors/pipeline-error.js';
import { fail } from './check.js';
import type { Check, CheckContext, CheckResult } from './check.js';
import { diskSpace } from './disk-space.js';
import { nodeVersion } from './node-version.js';
import { objectStore } from './object-store.js';
import { onnxRuntime } from './onnx-runtime.js';
import { ports } from './ports.js';
import { protobufjsCopies } from './protobufjs-copies.js';
import { searchAttributes, serverReachable } from './server.js';
import { secrets } from './secrets.js';
import { temporalBinary } from './temporal-binary.js';

const CHECKS: readonly Check[] = [
  nodeVersion,
  temporalBinary,
  serverReachable,
  searchAttributes,
  protobufjsCopies,
  ports,
  objectStore,
  diskSpace,
  onnxRuntime,
  secrets,
];

export type NamedResult = CheckResult & { readonly name: string };

/** Runs all checks, in order, telling `onResult` of each as it ends. */
export async function runChecks(
  context: CheckContext,
  onResult: (name: string, result: CheckResult) => void,
): Promise<readonly NamedResult[]> {
  const results: NamedResult[] = [];
  for (const check of CHECKS) {
    const result = await runCheck(check, context);
    onResult(check.name, result);
    results.push({ name: check.name, ...result });
  }
  return results;
}

async function runCheck(check: Check, context: CheckContext): Promise<CheckResult> {
  try {
    return await check.run(context);
  } catch (error) {
    if (isPipelineError(error)) return fail(`${error.code}: ${error.parts.what}`, error.parts.cure ?? error.message);
    const reason = reasonOf(error);
    return fail(`the check itself failed: ${reason}`, 'PERENNIAL_DEBUG=1 perennial doctor');
  }
}
