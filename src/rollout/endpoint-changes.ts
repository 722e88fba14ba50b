import type { EndpointConfig } from '../contracts/model.js';
import type { DeployConfig } from '../contracts/stages/deploy.js';
import { PipelineError, isPipelineError } from '../errors/pipeline-error.js';
import type { StepContext } from '../pipeline/step-context.js';
import { createRegistry } from '../registry/create-registry.js';
import type { Endpoints } from '../registry/endpoints.js';
import type { ReleasedVersion, Routing } from './rollout-configuration.js';

/** Writers that may come between the reading and the writing of one configuration. */
const WRITE_ATTEMPTS = 20;

export interface Rollout {
  readonly config: DeployConfig;
  readonly context: StepContext;
}

/**
 * Applies a change to the newest configuration; again when somebody else moved it in between. Unchanged routing writes nothing.
 * @param change - is given the champion of the registry as it was after the configuration was read: a promotion moves the registry first and
 * the endpoint then, so one that the configuration does not show is either seen here, or finds the change when it comes to the endpoint.
 */
export async function changeEndpoint(
  rollout: Rollout,
  endpoints: Endpoints,
  reason: string,
  change: (current: EndpointConfig | null, standing: ReleasedVersion | null) => Routing | null,
): Promise<number> {
  const { config, context } = rollout;
  for (let attempt = 1; ; attempt += 1) {
    const current = (await endpoints.read(config.endpoint))?.config ?? null;
    const next = change(current, await standingChampion(rollout));
    if (next === null || next === current) return current?.revision ?? 0;
    const { endpoint, model } = config;
    const { workflowId } = context.run;
    try {
      const draft = { endpoint, model, variants: next.variants, previous: next.previous, reason, workflowId };
      return (await endpoints.write(draft, current?.revision ?? null)).revision;
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'REGISTRY_RACE_LOST' || attempt === WRITE_ATTEMPTS) throw error;
    }
  }
}

export async function standingChampion(rollout: Rollout): Promise<ReleasedVersion | null> {
  const champion = await createRegistry(rollout.context.artifacts.objects).alias(rollout.config.model, 'champion');
  return champion === null ? null : released(rollout, champion.record.version);
}

export async function released(rollout: Rollout, version: number): Promise<ReleasedVersion> {
  const { artifact } = await createRegistry(rollout.context.artifacts.objects).version(rollout.config.model, version);
  return { version, artifact };
}

export function checkEndpointIsOurs(current: EndpointConfig | null, { endpoint, model }: DeployConfig): void {
  if (current === null || current.model === model) return;
  throw new PipelineError('DEPLOY_ENDPOINT_TAKEN', {
    what: `endpoint "${endpoint}" serves another model`,
    expected: model,
    received: current.model,
  });
}
