import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { ControlActivities, RollbackInput, RollbackResult } from '../src/contracts/control.js';
import { createEndpoints, type EndpointDraft } from '../src/registry/endpoints.js';
import { createRegistry } from '../src/registry/create-registry.js';
import type { ObjectStore } from '../src/store/port.js';

/** The activities that the continuous-training entity calls. */
export function createControlActivities(objects: ObjectStore): ControlActivities {
  return {
    describeRun: async ({ workflowId }) => {
      try {
        const description = await Context.current().client.workflow.getHandle(workflowId).describe();
        return { status: description.status.name };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return { status: 'NOT_FOUND' };
        throw error;
      }
    },
    rollbackModel: async (input) => await rollbackEverywhere(objects, input),
  };
}

/** Champion back to `previous` in the registry, then on every endpoint that serves the model. Idempotent per champion. */
export async function rollbackEverywhere(objects: ObjectStore, input: RollbackInput): Promise<RollbackResult> {
  const registry = createRegistry(objects);
  const endpoints = createEndpoints(objects);
  const { version: champion } = await registry.rollback(input);
  const { artifact } = await registry.version(input.model, champion);
  const moved: string[] = [];
  for (const { endpoint, model, revision, variants } of await endpoints.list()) {
    if (model !== input.model) continue;
    const serving = variants.find((variant) => variant.variant === 'champion');
    if (serving?.version === champion && variants.length === 1) continue;
    const next: EndpointDraft = {
      endpoint,
      model,
      variants: [{ variant: 'champion', version: champion, artifact, weight: 100 }],
      previous: serving ?? null,
      reason: input.reason,
      workflowId: input.workflowId,
    };
    await endpoints.write(next, revision);
    moved.push(endpoint);
  }
  return { model: input.model, champion, endpoints: moved };
}
