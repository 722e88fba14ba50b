import { Command } from 'commander';
import { filesOf } from '../apply-settings.js';
import type { ProfileFlags } from '../apply-settings.js';
import { loadPipelines } from '../load-pipeline.js';
import { connectionSettings, examples, withConnection, withJson, withStore, withTaskQueue } from '../options.js';
import type { ConnectionFlags, JsonFlag, QueueFlags, StoreFlags } from '../options.js';
import { startWorker } from '../start-worker.js';
import type { Terminal } from '../terminal.js';
import { untilInterrupted } from '../until-interrupted.js';

type WorkerFlags = ConnectionFlags & QueueFlags & StoreFlags & JsonFlag & ProfileFlags;

/** `perennial worker FILE...`: carries out the steps of these pipelines until interrupted. */
export function workerCommand(terminal: Terminal): Command {
  return withJson(withTaskQueue(withStore(withConnection(new Command('worker')))))
    .description('run a worker for these pipeline files; Ctrl-C lets running steps checkpoint and leave')
    .argument('[files...]', 'pipeline files (default: those of the profile)')
    .addHelpText(
      'after',
      examples('perennial worker pipeline.ts', 'perennial worker a.ts b.ts --task-queue ml --store s3://models/prod'),
    )
    .action(async (files: readonly string[], flags: WorkerFlags) => {
      const pipelines = await loadPipelines(filesOf(files, flags, 'perennial worker'));
      const worker = await startWorker(
        {
          pipelines,
          store: flags.store,
          taskQueue: flags.taskQueue,
          ...connectionSettings(flags),
        },
        'WARN',
      );
      const names = pipelines.map(({ name }) => name);
      terminal.out(
        flags.json === true
          ? JSON.stringify({ ready: true, taskQueue: flags.taskQueue, store: flags.store, pipelines: names })
          : `Worker is ready: queue ${flags.taskQueue}, store ${flags.store}, pipelines ${names.join(', ')}. Ctrl-C stops it.`,
      );
      await Promise.race([untilInterrupted(), worker.ended]);
      if (flags.json !== true) terminal.note('Stopping: running steps checkpoint and leave.');
      await worker.stop();
    });
}
