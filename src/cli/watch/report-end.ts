import type { PipelineClient } from '../../client/index.js';
import { EXIT } from '../exit-codes.js';
import { errorAsJson, renderError } from '../render/render-error.js';
import type { Terminal } from '../terminal.js';
import { toPipelineError } from '../to-pipeline-error.js';

const CALLERS_FAULT = new Set(['AUTHORING_PARAMETERS_INVALID', 'EXECUTION_UNKNOWN_PIPELINE']);

/** `line`: one line, as the last event of a stream. */
type JsonForm = boolean | 'line';

const written = (value: object, form: JsonForm): string =>
  form === 'line' ? JSON.stringify({ at: new Date().toISOString(), event: 'end', ...value }) : JSON.stringify(value, null, 2);

/** Prints how a run ended and leaves its exit code: 0 succeeded, 1 failed or cancelled, 2 when its parameters or its name were wrong. */
export async function reportEnd(client: PipelineClient, workflowId: string, terminal: Terminal, json: JsonForm): Promise<void> {
  try {
    const result = await client.result(workflowId, { carried: true });
    if (json !== false) terminal.out(written(result, json));
    terminal.exitCode = result.status === 'succeeded' ? EXIT.ok : EXIT.failed;
  } catch (error) {
    const known = await toPipelineError(error);
    if (known.code.startsWith('TEMPORAL_') || known.code === 'EXECUTION_RUN_NOT_FOUND') throw known;
    terminal.exitCode = CALLERS_FAULT.has(known.code) ? EXIT.usage : EXIT.failed;
    const debug = (terminal.env['PERENNIAL_DEBUG'] ?? '') !== '';
    if (json !== false) terminal.out(written({ workflowId, status: 'failed', ...errorAsJson(known) }, json));
    else terminal.note(renderError(known, terminal.colours, debug));
  }
}
