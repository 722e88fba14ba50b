import Table from 'cli-table3';
import { Command } from 'commander';
import type { Plan } from '../../contracts/plan.js';
import { examples, withJson } from '../options.js';
import type { JsonFlag } from '../options.js';
import { loadPipeline } from '../load-pipeline.js';
import type { Terminal } from '../terminal.js';

/** `perennial plan FILE`: what a run would do, without doing it. */
export function planCommand(terminal: Terminal): Command {
  return withJson(new Command('plan'))
    .description('show the plan of a pipeline file: steps, order, limits, parameters, hash')
    .argument('<file>', 'pipeline file')
    .addHelpText(
      'after',
      examples('perennial plan examples/flight-delay/pipeline.ts', 'perennial plan pipeline.ts --json > plan.json'),
    )
    .action(async (file: string, flags: JsonFlag) => {
      const { plan } = await loadPipeline(file);
      terminal.out(flags.json === true ? JSON.stringify(plan, null, 2) : renderPlan(plan, terminal));
    });
}

const SECOND_MS = 1000;

function renderPlan(plan: Plan, { colours }: Terminal): string {
  const table = new Table({
    head: ['step', 'kind', 'after', 'tries', 'limit', 'on failure'],
    style: { head: [], border: [], compact: true },
  });
  for (const step of plan.steps) {
    table.push([
      step.id,
      step.kind,
      step.needs.join(', '),
      step.retry.maximumAttempts,
      `${step.timeoutMs / SECOND_MS} s`,
      step.onFailure,
    ]);
  }
  const properties = plan.parameters['properties'];
  const parameters = typeof properties === 'object' && properties !== null ? Object.entries(properties) : [];
  return [
    `${colours.bold(plan.pipeline)}  ${colours.dim(`plan ${plan.hash.slice(0, 12)}`)}`,
    table.toString(),
    ...(parameters.length === 0
      ? []
      : ['parameters', ...parameters.map(([name, schema]) => `  ${name}: ${JSON.stringify(schema)}`)]),
  ].join('\n');
}
