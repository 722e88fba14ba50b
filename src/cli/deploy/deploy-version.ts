import type { WorkflowBundle } from '@temporalio/worker';
import type { DeployTarget } from '../../deploy/deploy.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import type { Terminal } from '../terminal.js';

interface VersionFlags {
  readonly json?: boolean;
  readonly check?: boolean;
  readonly setCurrent?: boolean;
  readonly deployment?: string;
  readonly buildId?: string;
  readonly workflows?: string;
}

/**
 * `--check`, then `--set-current`, as asked.
 * @throws PipelineError `DEPLOY_BREAKS_RUNS` naming each run and event, `DEPLOY_VERSION_UNKNOWN`, `CLI_USAGE`.
 */
export async function deployVersion(
  target: DeployTarget,
  pipelines: readonly Pipeline[],
  flags: VersionFlags,
  terminal: Terminal,
): Promise<void> {
  if (flags.setCurrent === true && flags.deployment === undefined) {
    throw new PipelineError('CLI_USAGE', { what: '--set-current needs a deployment', expected: '--deployment NAME' });
  }
  const [{ DefaultLogger, Runtime }, { workflowBundle }] = await Promise.all([
    import('@temporalio/worker'),
    import('../../worker/bundle/workflow-bundle.js'),
  ]);
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), shutdownSignals: [] });
  const names = pipelines.map(({ name }) => name);
  const bundle = await workflowBundle(flags.workflows, names);
  if (flags.check === true) await check(target, { bundle, pipelines }, flags, terminal);
  if (flags.setCurrent !== true || flags.deployment === undefined) return;
  const [{ buildIdOf }, { setCurrentVersion }] = await Promise.all([
    import('../../worker/bundle/build-id.js'),
    import('../../worker/deployment-version.js'),
  ]);
  const version = { name: flags.deployment, buildId: flags.buildId ?? buildIdOf(bundle, pipelines) };
  await setCurrentVersion(target, version);
  if (flags.json === true) terminal.out(JSON.stringify({ deployment: version.name, current: version.buildId }));
  else terminal.out(`New runs start on version ${version.buildId} of deployment ${version.name}; open runs end on theirs.`);
}

async function check(
  target: DeployTarget,
  build: { readonly bundle: WorkflowBundle; readonly pipelines: readonly Pipeline[] },
  flags: VersionFlags,
  terminal: Terminal,
): Promise<void> {
  const { checkOpenRuns } = await import('../../worker/plans/check-open-runs.js');
  const progress = (count: number): void => {
    if (flags.json !== true && count % 100 === 0) terminal.note(`${count} replayed`);
  };
  const { checked, broken } = await checkOpenRuns(target, build, progress);
  const place = `namespace ${target.namespace}, queue ${target.taskQueue}`;
  if (broken.length > 0) {
    const lines = broken.map(({ workflowId, type, event, reason }) => {
      const where = event === null ? '' : ` at event ${event}`;
      return `  - ${workflowId} (${type})${where}: ${reason}`;
    });
    throw new PipelineError('DEPLOY_BREAKS_RUNS', {
      what: `${broken.length} of ${checked} open runs cannot go on with this build:\n${lines.join('\n')}`,
      where: place,
      details: { checked, broken: [...broken] },
    });
  }
  if (flags.json === true) terminal.out(JSON.stringify({ checked, broken }));
  else terminal.out(`${checked === 1 ? '1 open run replays' : `${checked} open runs replay`} against this build (${place}).`);
}
