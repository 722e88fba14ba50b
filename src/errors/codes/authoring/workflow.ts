import type { CodeEntry } from '../../code-entry.js';

export const WORKFLOW_CODES = {
  WORKFLOW_FILE_UNUSABLE: {
    retryable: false,
    httpStatus: 400,
    cause: 'A file of hand-written workflows is missing or cannot be bundled.',
    cure: 'Mend what the bundler names; the file and what it imports must be TypeScript or JavaScript that a bundler can read.',
  },
  WORKFLOW_FORBIDDEN_IMPORT: {
    retryable: false,
    httpStatus: 400,
    cause: 'Workflow code imports a module that does not exist in the workflow sandbox, directly or through another file.',
    cure: 'Take only types from such a module (`import type`), and move the code that needs it into a step.',
  },
  WORKFLOW_NAME_TAKEN: {
    retryable: false,
    httpStatus: 409,
    cause: 'A hand-written workflow has the name of a workflow of this package or of a pipeline of the worker.',
    cure: 'Rename the exported function.',
  },
  WORKFLOW_BUNDLE_INCOMPLETE: {
    retryable: false,
    httpStatus: 400,
    cause: 'A worker with the plug-in was given a workflow bundle that was made without the plug-in.',
    cure: 'Give the plug-in to `bundleWorkflowCode({ workflowsPath, plugins: [plugin] })` too, or give the worker a `workflowsPath`.',
  },
} as const satisfies Record<string, CodeEntry>;
