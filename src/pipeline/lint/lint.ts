import type { MonitorConfig } from '../../contracts/stages/monitor.js';
import type { RetrainConfig } from '../../contracts/stages/retrain.js';
import { checkParameters } from '../../schema/validate-parameters.js';
import type { DraftStep, PipelineDraft } from '../draft/draft.js';
import { lintMaps } from '../flow/map.js';
import { performanceRules } from '../stages/monitor.js';

const STEP_ID = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const PARAMETER_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** The checks that need the whole pipeline; those of one step ran when it was declared. */
export function lintPipeline(draft: PipelineDraft): void {
  draft.root.name(draft.name, 'the pipeline name');
  if (draft.steps.length === 0) draft.root.report('no-steps', 'a pipeline has at least one step');
  lintParameters(draft);
  lintIds(draft);
  lintBodies(draft);
  lintMaps(draft);
  joinRetrainToMonitors(draft);
}

function lintParameters(draft: PipelineDraft): void {
  const defaults = checkParameters(draft.parameters, {});
  for (const { path, expected, received } of defaults.problems) {
    // A required parameter has no default and is rightly missing here.
    if (received !== 'nothing')
      draft.root.at(`params.${path}`).report('parameter', `the default must be ${expected}, got ${received}`);
  }
  for (const name of draft.parameterNames) {
    if (!PARAMETER_NAME.test(name))
      draft.root.at(`params.${name}`).report('parameter', `a name must match ${PARAMETER_NAME.source}`);
  }
}

function lintIds({ steps }: PipelineDraft): void {
  const seen = new Map<string, DraftStep>();
  for (const step of steps) {
    const { id, kind, isImplied } = step;
    const before = seen.get(id);
    const cure =
      isImplied || before?.isImplied === true
        ? `, the name of a join that p.when adds; let its functions return { step } and join the two by p.join with an id of your own`
        : `; give this ${kind} step its own id`;
    if (!STEP_ID.test(id))
      step.read.report('step-id', `a step id must match ${STEP_ID.source}, got "${id}"${isImplied ? cure : ''}`);
    if (before !== undefined) step.read.report('duplicate-id', `another step is already called "${id}"${cure}`);
    seen.set(id, step);
  }
}

/** Steps that exist once for a model cannot run many times. */
function lintBodies({ scope, steps }: PipelineDraft): void {
  for (const step of steps.filter((other) => other.scope !== scope && ['monitor', 'retrain'].includes(other.kind)))
    step.read.report('inside-a-body', `a ${step.kind} step belongs to the pipeline itself, not into a body that runs many times`);
}

/** Lets each monitor look out for what the retrain step behind it waits for. */
function joinRetrainToMonitors(draft: PipelineDraft): void {
  const monitors = draft.steps.filter((step) => step.kind === 'monitor');
  const retrains = draft.steps.filter((step) => step.kind === 'retrain');
  lintOnePerModel(monitors);
  lintOnePerModel(retrains);
  for (const retrain of retrains) {
    const monitor = retrain.follows.find((step) => step.kind === 'monitor');
    const { on } = retrain.config as RetrainConfig;
    const at = retrain.read.at('on');
    if (monitor === undefined) {
      if (on.some((trigger) => trigger.on === 'drift' || trigger.on === 'performance' || trigger.on === 'window'))
        at.report('retrain-without-monitor', 'it follows no monitor, so these triggers never come; pass the monitor first');
      continue;
    }
    if (on.some((trigger) => trigger.on === 'drift') && Object.keys((monitor.config as MonitorConfig).drift).length === 0)
      at.report('retrain-without-monitor', 'on.drift() never comes, because the monitor has no drift rule');
    addPerformanceRules(monitor, retrain);
    addWindowTriggers(monitor, on);
  }
  for (const monitor of monitors) {
    const { performance, labels } = monitor.config as MonitorConfig;
    if (performance.length > 0 && labels === undefined) {
      monitor.read.report('performance-without-labels', 'performance rules need `labels`, the files with the true outcomes');
    }
  }
}

function addPerformanceRules(monitor: DraftStep, retrain: DraftStep): void {
  const { on } = retrain.config as RetrainConfig;
  const { performance } = monitor.config as MonitorConfig;
  const triggers = on.filter((trigger) => trigger.on === 'performance') as Parameters<typeof performanceRules>[0];
  const rules = performanceRules(triggers, monitor.knows, retrain.read.at('on'));
  const added = rules.filter(({ metric, below }) => !performance.some((rule) => rule.metric === metric && rule.below === below));
  monitor.config = { ...monitor.config, performance: [...performance, ...added] };
}

function addWindowTriggers(monitor: DraftStep, on: RetrainConfig['on']): void {
  const triggers = on.flatMap((given) => (given.on === 'window' ? [{ trigger: given.trigger, options: given.options }] : []));
  if (triggers.length > 0) monitor.config = { ...monitor.config, triggers };
}

function lintOnePerModel(steps: readonly DraftStep[]): void {
  for (const [index, step] of steps.entries()) {
    const first = steps.find((other) => other.knows.model === step.knows.model);
    if (first !== undefined && steps.indexOf(first) < index) {
      step.read.report(
        'duplicate-model',
        `step "${first.id}" is already the ${step.kind} step of model "${String(step.knows.model)}"`,
      );
    }
  }
}
