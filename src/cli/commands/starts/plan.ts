import { kindWord } from '../../../pipeline/plan/kind-word.js';
import Table from 'cli-table3';
import { Command } from 'commander';
import type { JsonObject } from '../../../contracts/json.js';
import type { Plan } from '../../../contracts/plan.js';
import type { Pipeline } from '../../../pipeline/pipeline.js';
import type { ProfileFlags } from '../../options/apply-settings.js';
import { connectionSettings, examples, withConnection, withJson, withStore } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, StoreFlags } from '../../options/options.js';
import { loadPipeline } from '../../load/load-pipeline.js';
import { readPreview, type RunPreview } from '../../preview.js';
import { renderPreview } from '../../render/render-preview.js';
import { readReuse, withReuse } from '../../options/run-options.js';
import type { ReuseFlags } from '../../options/run-options.js';
import type { Terminal } from '../../terminal.js';
import { parametersOf, withParameters } from '../../options/with-parameters.js';
import type { ParameterFlags } from '../../options/with-parameters.js';

interface PlanFlags extends ConnectionFlags, JsonFlag, ProfileFlags, ReuseFlags, StoreFlags, ParameterFlags {}

/** `perennial plan FILE`: what a run would do, without doing it. */
export function planCommand(terminal: Terminal): Command {
  return withReuse(withParameters(withJson(withStore(withConnection(new Command('plan'))))))
    .description(
      'show the plan of a pipeline file: steps, order, limits, parameters, hash; and, with its parameters, what a run would do now: ' +
        'kept results, pools, approvals, hooks, time',
    )
    .argument('<file>', 'pipeline file')
    .addHelpText(
      'after',
      examples(
        'perennial plan examples/flight-delay/pipeline.ts',
        'perennial plan examples/flight-delay/pipeline.ts --from 2001-01-01 --to 2001-02-01',
        'perennial plan pipeline.ts --force train --json   # the plan, and under "run" what a run would do',
      ),
    )
    .action(async (file: string, flags: PlanFlags, command: Command) => {
      const pipeline = await loadPipeline(file);
      const run = await previewOf(pipeline, await parametersOf(command, pipeline, terminal.env), flags);
      const { plan } = pipeline;
      if (flags.json === true) terminal.out(JSON.stringify(run === null ? plan : { ...plan, run }, null, 2));
      else terminal.out([renderPlan(plan, terminal), ...(run === null ? [] : ['', renderPreview(run, terminal)])].join('\n'));
    });
}

/** Null when the line gives no parameters, but some are required: then only the plan itself can be shown. */
async function previewOf(pipeline: Pipeline, given: JsonObject, flags: PlanFlags): Promise<RunPreview | null> {
  const { parameters: schema } = pipeline.plan;
  const required = schema['required'];
  const needs = Array.isArray(required) && required.length > 0;
  if (Object.keys(given).length === 0 && needs) return null;
  const [{ validateParameters }, { openObjectStore }] = await Promise.all([
    import('../../../schema/validate-parameters.js'),
    import('../../../store/open-store.js'),
  ]);
  return readPreview(pipeline, {
    parameters: validateParameters(schema, given),
    options: await readReuse(flags, flags.store, pipeline),
    objects: await openObjectStore(flags.store),
    pools: flags.chosen.profile.pools ?? {},
    settings: connectionSettings(flags),
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
      kindWord(step.kind),
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
