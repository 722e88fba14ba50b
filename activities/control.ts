import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { ChampionResult, ControlActivities, PromotionInput, RollbackInput } from '../src/contracts/run/control.js';
import type { AliasRecord, EndpointVariant } from '../src/contracts/model.js';
import { OWNER_MEMO, ownerIn } from '../src/contracts/store/ownership.js';
import { isPipelineError } from '../src/errors/pipeline-error.js';
import { createEndpoints } from '../src/registry/endpoints.js';
import { createRegistry } from '../src/registry/create-registry.js';
import type { ObjectStore } from '../src/store/port.js';
import { announceAliases, type Announcer } from '../src/triggers/announce.js';

/** Writers that may come between the reading and the writing of one configuration. */
const WRITE_ATTEMPTS = 20;

/** The activities that the continuous-training entity calls. `announcer` is called inside of an activity. */
export function createControlActivities(objects: ObjectStore, announcer: () => Announcer): ControlActivities {
  return {
    describeRun: async ({ workflowId, runId }) => {
      try {
        const description = await Context.current().client.workflow.getHandle(workflowId, runId).describe();
        const owner = ownerIn(description.memo?.[OWNER_MEMO]);
        return { status: description.status.name, ...(owner === null ? {} : { owner }) };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return { status: 'NOT_FOUND' };
        throw error;
      }
    },
    rollbackModel: async (input) => {
      const { version } = await createRegistry(objects).rollback(input);
      return serveEverywhere(objects, announcer(), input, version);
    },
    promoteModel: async (input) => {
      const { version } = await promote(objects, input);
      return serveEverywhere(objects, announcer(), input, version);
    },
  };
}

/** REGISTRY_VERSION_NOT_FOUND; REGISTRY_RACE_LOST when the champion moves meanwhile. Idempotent for one `workflowId`. */
async function promote(objects: ObjectStore, { model, version, by, reason, workflowId }: PromotionInput): Promise<AliasRecord> {
  const registry = createRegistry(objects);
  const expectedChampion = (await registry.alias(model, 'champion'))?.record.version ?? null;
  return registry.promote({ model, version, workflowId, basis: { person: by, reason }, expectedChampion });
}

/** Serves the registry's champion on every endpoint of the model, then tells the pipelines that follow its alias. */
async function serveEverywhere(
  objects: ObjectStore,
  announcer: Announcer,
  input: RollbackInput,
  champion: number,
): Promise<ChampionResult> {
  const { model, workflowId } = input;
  const endpoints = createEndpoints(objects);
  const served = (await endpoints.list()).filter((listed) => listed.model === model).map(({ endpoint }) => endpoint);
  for (const endpoint of served) await serveChampion(objects, endpoint, input);
  await announceAliases(objects, announcer, model, workflowId);
  return { model, champion, endpoints: served };
}

/**
 * Serves the registry's champion alone on the endpoint. A writer in between makes it start over from the newest configuration. The registry is
 * read after the configuration, so that a promotion after the rollback keeps its place.
 */
async function serveChampion(
  objects: ObjectStore,
  endpoint: string,
  { model, reason, workflowId }: RollbackInput,
): Promise<void> {
  const endpoints = createEndpoints(objects);
  const registry = createRegistry(objects);
  for (let attempt = 1; ; attempt += 1) {
    const current = (await endpoints.read(endpoint))?.config;
    const standing = (await registry.alias(model, 'champion'))?.record.version;
    if (current?.model !== model || standing === undefined) return;
    const { artifact } = await registry.version(model, standing);
    const champion: EndpointVariant = { variant: 'champion', version: standing, artifact, weight: 100 };
    const serving = current.variants.find(({ variant }) => variant === 'champion');
    const alreadyThere = serving?.version === standing;
    if (alreadyThere && current.variants.length === 1) return;
    const previous = alreadyThere || serving === undefined ? current.previous : { ...serving, weight: 0 };
    try {
      await endpoints.write({ endpoint, model, variants: [champion], previous, reason, workflowId }, current.revision);
      return;
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'REGISTRY_RACE_LOST' || attempt === WRITE_ATTEMPTS) throw error;
    }
  }
}
