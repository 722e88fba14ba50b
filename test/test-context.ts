import type { StepContext, StepLog } from '../src/pipeline/step-context.js';
import { itemLists } from '../src/worker/step/values/item-lists.js';
import { UNCONTROLLED } from '../src/worker/step/attempt/step-orders.js';
import type { ArtifactStore } from '../src/store/artifacts/artifact-store.js';
import { testFolder } from './test-folder.js';

const QUIET: StepLog = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  return undefined;
}

/** A context for one call of a stage operation: real store, in-memory checkpoint, its own scratch folder under the system's temp. */
export function createTestContext(store: ArtifactStore, overrides: Partial<StepContext> = {}): StepContext {
  let checkpoint: Buffer | null = null;
  return {
    run: { pipeline: 'test-pipeline', planHash: '0'.repeat(64), workflowId: 'test-workflow', runId: 'test-run' },
    step: 'test-step',
    attempt: 1,
    parameters: {},
    log: QUIET,
    signal: new AbortController().signal,
    seed: 42,
    scratch: testFolder('scratch'),
    devices: [],
    control: UNCONTROLLED.control,
    artifacts: store,
    temporal: null,
    secrets: {},
    output: (_source, line) => line,
    checkpointFolder: () => Promise.resolve(false),
    restoreFolder: () => Promise.resolve(false),
    progress: ignore,
    checkpoint: (bytes) => {
      checkpoint = Buffer.from(bytes);
      return Promise.resolve();
    },
    restore: () => Promise.resolve(checkpoint),
    ...itemLists(store, 'a test'),
    metric: ignore,
    ...overrides,
  };
}
