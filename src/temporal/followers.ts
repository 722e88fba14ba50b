import { type WorkflowClient, WorkflowNotFoundError } from '@temporalio/client';
import { belongsToOther, OWNER_MEMO, type Owner, ownerIn, type Project } from '../contracts/store/ownership.js';
import { type ChangeSubject, startOnChangeId } from '../contracts/plan/triggers.js';

/** Characters of a project's id: enough to distinguish the projects of one namespace. */
const SCOPE_LENGTH = 8;

/**
 * The workflow that starts what follows the changes of a subject, for one project. The first project in the namespace that has such a subject has the
 * plain id; any other has one of its own, so that neither reads the log of the other or counts its runs as done.
 */
export async function followersOf(
  workflow: WorkflowClient,
  subject: ChangeSubject,
  project: Project | undefined,
): Promise<{ readonly workflowId: string; readonly scope?: string }> {
  const plain = startOnChangeId(subject);
  if (project === undefined || !belongsToOther(await ownerOfWorkflow(workflow, plain), { project })) return { workflowId: plain };
  const scope = project.id.slice(0, SCOPE_LENGTH);
  return { workflowId: startOnChangeId(subject, scope), scope };
}

async function ownerOfWorkflow(workflow: WorkflowClient, workflowId: string): Promise<Owner | null> {
  try {
    const { memo } = await workflow.getHandle(workflowId).describe();
    return ownerIn(memo?.[OWNER_MEMO]);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
