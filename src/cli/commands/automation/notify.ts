import { Command, Option } from 'commander';
import type { HookEvent, HookSpec, NoticeDelivery } from '../../../contracts/plan/hooks.js';
import type { Plan } from '../../../contracts/plan.js';
import { PipelineError } from '../../../errors/pipeline-error.js';
import { EXIT } from '../../exit-codes.js';
import { loadPipeline } from '../../load/load-pipeline.js';
import { examples, withJson } from '../../options/options.js';
import type { JsonFlag } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';
import { toPipelineError } from '../../to-pipeline-error.js';

const EVENTS = ['success', 'failure', 'blocked', 'slow'] as const satisfies readonly HookEvent[];

interface NotifyFlags extends JsonFlag {
  readonly event?: HookEvent;
}

/** `perennial notify test FILE`: sends a made-up notice to every receiver of a pipeline, from here. */
export function notifyCommand(terminal: Terminal): Command {
  const test = withJson(new Command('test'))
    .description('send a made-up notice to the receivers of a pipeline file, from this machine and with its secrets')
    .argument('<file>', 'pipeline file')
    .addOption(new Option('--event <event>', 'only the receivers of this event').choices(EVENTS))
    .addHelpText('after', examples('perennial notify test pipeline.ts', 'perennial notify test pipeline.ts --event failure'))
    .action(async (file: string, flags: NotifyFlags) => {
      const { plan } = await loadPipeline(file);
      const results = [];
      for (const [index, hook] of hooksOf(plan, flags.event).entries()) {
        const result = await tryHook(plan, hook, index + 1, terminal);
        results.push(result);
        if (flags.json !== true) terminal.out(lineOf(result, terminal));
      }
      if (flags.json === true) terminal.out(JSON.stringify(results, null, 2));
      if (results.some(({ error }) => error !== null)) terminal.exitCode = EXIT.failed;
    });
  return new Command('notify').description('notices about runs').addCommand(test);
}

type Result = {
  readonly event: HookEvent;
  readonly receiver: string;
  readonly answer: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
};

function hooksOf({ pipeline, hooks = [] }: Plan, event: HookEvent | undefined): readonly HookSpec[] {
  const chosen = hooks.filter(({ on }) => event === undefined || on === event);
  if (chosen.length > 0) return chosen;
  const events = [...new Set(hooks.map(({ on }) => on))];
  throw new PipelineError('CLI_USAGE', {
    what: event === undefined ? `pipeline ${pipeline} has no hooks` : `pipeline ${pipeline} has no hook for ${event}`,
    expected: events.length === 0 ? '`hooks` in definePipeline' : `--event ${events.join(' or ')}`,
  });
}

async function tryHook(plan: Plan, { on, notify }: HookSpec, n: number, terminal: Terminal): Promise<Result> {
  const { deliver } = await import('../../../notices/deliver.js');
  const { receiverOf } = await import('../../../notices/send-notice.js');
  const { defaultSecretProvider } = await import('../../../secrets/default-provider.js');
  const workflowId = `${plan.pipeline}-test`;
  const step = { step: plan.steps[0]?.id ?? '', status: 'running', message: 'this is a test: there is no such run' };
  const at = new Date().toISOString();
  const notice = { event: on, pipeline: plan.pipeline, workflowId, runId: 'test', at, steps: [step] };
  const delivery: NoticeDelivery = { id: `${workflowId}/notice/${on}/${n}`, notice, notify };
  const about = { event: on, receiver: receiverOf(notify) };
  try {
    const { answer } = await deliver(delivery, defaultSecretProvider(terminal.env), {
      ui: null,
      signal: new AbortController().signal,
      writeLine: (line) => {
        terminal.note(line);
      },
    });
    return { ...about, answer, error: null };
  } catch (error) {
    const { code, message } = await toPipelineError(error);
    return { ...about, answer: null, error: { code, message } };
  }
}

function lineOf({ event, receiver, answer, error }: Result, { colours }: Terminal): string {
  const outcome = error === null ? colours.green(answer ?? '') : `${colours.red(error.code)} ${error.message}`;
  return `${event.padEnd(8)} ${receiver}: ${outcome}`;
}
