import { Command, Option } from 'commander';
import type { Plan } from '../../contracts/plan.js';
import type { StepState } from '../../contracts/run.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { answered } from '../answered.js';
import { loadPipeline, looksLikeFile } from '../load-pipeline.js';
import { connectionSettings, examples, withConnection, withJson } from '../options.js';
import type { ConnectionFlags, JsonFlag } from '../options.js';
import type { Terminal } from '../terminal.js';
import { withClient } from '../with-client.js';

interface GraphFlags extends ConnectionFlags, JsonFlag {
  readonly format: 'terminal' | 'mermaid';
}

/** `perennial graph FILE|RUN`: the graph of a pipeline, or that of a run with its live state. */
export function graphCommand(terminal: Terminal): Command {
  return withJson(withConnection(new Command('graph')))
    .description('draw a pipeline file, or a run with the state of its steps')
    .argument('<file-or-run>', 'pipeline file, or workflow id of a run')
    .addOption(new Option('--format <how>', 'how to draw').choices(['terminal', 'mermaid']).default('terminal'))
    .addHelpText(
      'after',
      examples(
        'perennial graph pipeline.ts',
        'perennial graph flight-delay-1',
        'perennial graph pipeline.ts --format mermaid > graph.mmd',
      ),
    )
    .action(async (target: string, flags: GraphFlags) => {
      const { plan, states } = looksLikeFile(target)
        ? { plan: (await loadPipeline(target)).plan, states: null }
        : await graphOfRun(target, flags);
      if (flags.json === true) {
        const steps = plan.steps.map(({ id, kind, needs }) => ({
          id,
          kind,
          needs,
          status: states?.find((state) => state.id === id)?.status ?? null,
        }));
        terminal.out(JSON.stringify({ pipeline: plan.pipeline, hash: plan.hash, steps }, null, 2));
      } else if (flags.format === 'mermaid') {
        const { drawMermaid } = await import('../../pipeline/draw-mermaid.js');
        terminal.out(drawMermaid(plan));
      } else {
        const { drawTerminal } = await import('../../pipeline/draw-terminal.js');
        terminal.out(drawTerminal(plan, { colours: terminal.colours.isColorSupported, ...(states === null ? {} : { states }) }));
      }
    });
}

async function graphOfRun(run: string, flags: ConnectionFlags): Promise<{ plan: Plan; states: readonly StepState[] }> {
  return withClient(connectionSettings(flags), async (client) => {
    const plan = await answered(connectionSettings(flags), run, client.plan(run));
    if (plan === null)
      throw new PipelineError('CLI_USAGE', { what: `${run} has no plan yet`, cure: `Wait for it: perennial watch ${run}` });
    return { plan, states: (await client.status(run)).steps };
  });
}
