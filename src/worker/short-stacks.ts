import v8 from 'node:v8';

const FRAMES = 3;
const NODES_OWN_FRAMES = 10;

/**
 * Runs `start`, which starts threads for workflows, so that errors in these threads have stacks of three frames. Temporal takes the stack of
 * every promise of a workflow for its call-stack query; of the interpreter nobody asks for it, and it takes more time than the rest of it.
 */
export async function withShortStacks<T>(start: () => Promise<T>): Promise<T> {
  v8.setFlagsFromString(`--stack-trace-limit=${FRAMES}`);
  try {
    return await start();
  } finally {
    v8.setFlagsFromString(`--stack-trace-limit=${NODES_OWN_FRAMES}`);
  }
}
