import type { JsonValue } from '../../contracts/json.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import { defaultSecretProvider } from '../../secrets/default-provider.js';
import type { SecretProvider } from '../../secrets/provider.js';
import { findMissing, missingSecrets } from '../../secrets/resolve-secrets.js';
import { secretNamesOf } from '../../secrets/secret-names.js';

/** Names of all secrets that pipelines refer to, in steps, bodies and hooks. */
export function pipelineSecrets(pipelines: readonly Pick<Pipeline, 'plan'>[]): string[] {
  return secretNamesOf(pipelines.map(({ plan }) => plan as unknown as JsonValue));
}

/** Says at the start of a worker what would fail later. Not an error: another worker of the queue may have them. */
export async function warnOfMissingSecrets(
  pipelines: readonly Pick<Pipeline, 'name' | 'plan'>[],
  provider: SecretProvider = defaultSecretProvider(process.env),
): Promise<void> {
  const missing = await findMissing(pipelineSecrets(pipelines), provider);
  if (missing.length === 0) return;
  const error = missingSecrets(missing, provider, `pipelines ${pipelines.map(({ name }) => name).join(', ')}`);
  process.emitWarning(error.message, { code: error.code });
}
