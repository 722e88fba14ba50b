import { Command } from 'commander';
import type { Pipeline } from '../../../pipeline/pipeline.js';
import type { DeployTarget } from '../../../deploy/deploy.js';
import { PipelineError } from '../../../errors/pipeline-error.js';
import { filesOf } from '../../options/apply-settings.js';
import type { ProfileFlags } from '../../options/apply-settings.js';
import { askYesOrNo } from '../../ask.js';
import { deployTriggers, renderTriggerChanges, triggerChangesAsJson } from '../../deploy/deploy-triggers.js';
import { loadPipelines } from '../../load/load-pipeline.js';
import { decidedBy, examples, withConnection, withJson, withStore, withTaskQueue } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, QueueFlags, StoreFlags } from '../../options/options.js';
import { renderDeployPlan } from '../../deploy/render-deploy-plan.js';
import type { Terminal } from '../../terminal.js';
import { withTarget } from '../../options/with-target.js';

interface DeployFlags extends ConnectionFlags, JsonFlag, QueueFlags, StoreFlags, ProfileFlags {
  readonly by: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly prune?: boolean;
  readonly takeOver?: string;
  readonly check?: boolean;
  readonly setCurrent?: boolean;
  readonly deployment?: string;
  readonly buildId?: string;
  readonly workflows?: string;
}

/** `perennial deploy FILE...`: shows what would change in Temporal, asks, and changes it. */
export function deployCommand(terminal: Terminal): Command {
  return withJson(withTaskQueue(withStore(withConnection(new Command('deploy')))))
    .description('put the schedules and triggers of pipeline files into force: shows the changes first, then applies them')
    .argument('[files...]', 'pipeline files (default: those of the profile)')
    .option('--dry-run', 'show the changes and stop')
    .option('--yes', 'apply without asking')
    .addOption(decidedBy())
    .option('--prune', 'also delete our schedules of pipelines that are in none of the files')
    .option(
      '--take-over <reason>',
      'take schedules and models that another project owns in this namespace; the reason is kept with them',
    )
    .option('--check', 'replay the history of every open run against this build, and stop')
    .option('--set-current', 'let new runs start on this version of the deployment, and stop')
    .option('--deployment <name>', 'of the workers (with --set-current)')
    .option('--build-id <id>', 'version of the deployment (default: hash of workflow code and plans)')
    .option('--workflows <file>', 'the file of hand-written workflows that the workers run as well')
    .addHelpText(
      'after',
      examples(
        'perennial deploy pipeline.ts --dry-run',
        'perennial deploy pipelines/a.ts pipelines/b.ts --yes',
        'perennial deploy --profile production',
        'perennial deploy pipeline.ts --check',
        'perennial deploy pipeline.ts --set-current --deployment ml --build-id 42',
      ),
    )
    .action(async (files: readonly string[], flags: DeployFlags) => {
      const pipelines = await loadPipelines(filesOf(files, flags, 'perennial deploy'));
      await withTarget(flags, async (target) => {
        if (flags.check === true || flags.setCurrent === true) {
          const { deployVersion } = await import('../../deploy/deploy-version.js');
          await deployVersion(target, pipelines, flags, terminal);
          return;
        }
        await warnWithoutWorkers(target, pipelines, terminal);
        const { applyDeployment, hasChanges, planDeployment } = await import('../../../deploy/index.js');
        const { deployOwner, takeOverModels } = await import('../../deploy/take-over.js');
        const owner = await deployOwner(flags);
        const plan = await planDeployment(target, pipelines, { prune: flags.prune === true, owner });
        const triggers = await deployTriggers(pipelines, flags, flags.by);
        const json = flags.json === true;
        if (!json)
          terminal.out(
            [renderDeployPlan(plan, terminal.colours), ...renderTriggerChanges(triggers.changes, terminal.colours)].join('\n'),
          );
        const changes = hasChanges(plan) || triggers.changesAnything || owner.taken !== undefined;
        const apply = changes && flags.dryRun !== true && (flags.yes === true || (await confirmed(target, json, terminal)));
        if (apply) {
          for (const taken of await takeOverModels(target, pipelines, owner)) if (!json) terminal.out(`Taken over: ${taken}`);
          await applyDeployment(target, pipelines, plan, owner);
          await triggers.apply();
        }
        const shown = { ...plan, triggers: triggerChangesAsJson(triggers.changes), applied: apply };
        if (json) terminal.out(JSON.stringify(shown, null, 2));
        else if (apply) terminal.out('Done. The schedules: perennial schedules list');
        else if (changes) terminal.out(flags.dryRun === true ? 'Nothing was changed (--dry-run).' : 'Nothing was changed.');
      });
    });
}

/** What is deployed counts anyway: its runs wait for a worker. */
async function warnWithoutWorkers(
  { connection, namespace, taskQueue }: DeployTarget,
  pipelines: readonly Pipeline[],
  terminal: Terminal,
): Promise<void> {
  const { hasWorkers } = await import('../../start/task-queue-workers.js');
  if (await hasWorkers(connection, namespace, taskQueue)) return;
  const names = pipelines.map(({ name }) => name).join(', ');
  terminal.note(
    terminal.colours.yellow(
      `No worker polls the queue ${taskQueue}: runs of ${names} that start by themselves wait for one (perennial worker FILE).`,
    ),
  );
}

/** @throws PipelineError `DEPLOY_NOT_CONFIRMED` when there is nobody to ask. */
async function confirmed(target: DeployTarget, json: boolean, terminal: Terminal): Promise<boolean> {
  const asked = json ? null : await askYesOrNo(`Apply these changes to namespace ${target.namespace}?`, terminal);
  if (asked !== null) return asked;
  throw new PipelineError('DEPLOY_NOT_CONFIRMED', { what: 'nothing was changed', where: 'perennial deploy' });
}
