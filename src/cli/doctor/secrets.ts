import { defaultSecretProvider } from '../../secrets/default-provider.js';
import { findMissing, missingSecrets } from '../../secrets/resolve-secrets.js';
import { pipelineSecrets } from '../../worker/plans/pipeline-secrets.js';
import { loadPipelines } from '../load/load-pipeline.js';
import { type Check, fail, ok } from './check.js';

/** Whether a worker with this environment would find the secrets of the named pipeline files. */
export const secrets: Check = {
  name: 'secrets',
  run: async ({ env, pipeline = [] }) => {
    const provider = defaultSecretProvider(env);
    if (pipeline.length === 0) return ok(`looked for in ${provider.place}; --pipeline FILE checks those of a pipeline`);
    const names = pipelineSecrets(await loadPipelines(pipeline));
    const missing = await findMissing(names, provider);
    if (missing.length === 0) return ok(names.length === 0 ? 'the pipelines need none' : `all there: ${names.join(', ')}`);
    const { parts, message } = missingSecrets(missing, provider, pipeline.join(', '));
    return fail(`${parts.what} in ${provider.place}`, parts.cure ?? message);
  },
};
