import { Command } from 'commander';
import { EXIT } from '../../exit-codes.js';
import { examples, withConnection, withJson, withStore } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, StoreFlags } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';
import type { CheckResult } from '../../doctor/check.js';

const MARKS = { ok: '✓', warn: '!', fail: '✗' } as const;

/** `perennial doctor`: every check with its cure. Ends with 1 when one fails. */
export function doctorCommand(terminal: Terminal): Command {
  return withJson(withStore(withConnection(new Command('doctor'))))
    .description('check this machine, the Temporal server and the store, with the cure for each problem')
    .option('--pipeline <files...>', 'also check that the secrets of these pipeline files can be found')
    .addHelpText(
      'after',
      examples('perennial doctor', 'perennial doctor --pipeline pipeline.ts', 'perennial doctor --store s3://models/prod --json'),
    )
    .action(async (flags: ConnectionFlags & StoreFlags & JsonFlag & { readonly pipeline?: readonly string[] }) => {
      const { runChecks } = await import('../../doctor/run-checks.js');
      const results = await runChecks({ ...flags, env: terminal.env }, (name, result) => {
        if (flags.json !== true) printCheck(terminal, name, result);
      });
      const failed = results.filter(({ status }) => status === 'fail').length;
      const warned = results.filter(({ status }) => status === 'warn').length;
      if (flags.json === true) terminal.out(JSON.stringify({ ok: failed === 0, checks: results }, null, 2));
      else terminal.out(failed + warned === 0 ? '\nAll is well.' : `\n${failed} failed, ${warned} warned.`);
      if (failed > 0) terminal.exitCode = EXIT.failed;
    });
}

function printCheck(terminal: Terminal, name: string, { status, found, cure }: CheckResult): void {
  const { colours } = terminal;
  const paint = { ok: colours.green, warn: colours.yellow, fail: colours.red }[status];
  terminal.out(`${paint(MARKS[status])} ${name.padEnd(18)} ${found}`);
  if (cure !== null) terminal.out(`  ${' '.repeat(18)} ${colours.dim('cure:')} ${cure}`);
}
