// A process that runs one command of the built `perennial` after the other, so that each need not load the package anew.
// What a command writes to the process itself (warnings of Node) is no part of the answer; `main.ts` adds nothing else.
import { format } from 'node:util';
import picocolors from 'picocolors';
import { runCli } from '../../../dist/src/cli/program.js';

const terminalInto = (answer) => ({
  out: (text) => (answer.stdout += `${text}\n`),
  note: (text) => (answer.stderr += `${text}\n`),
  raw: (text) => (answer.stdout += text),
  interactive: false,
  width: 80,
  colours: picocolors.createColors(false),
  env: process.env,
  exitCode: 0,
});

process.on('disconnect', () => process.exit());
process.on('message', ({ words, env, cwd }) => {
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  const answer = { code: 0, stdout: '', stderr: '' };
  runCli(words, terminalInto(answer)).then(
    (code) => process.send({ ...answer, code }),
    // It never throws; whoever reads the test's failure should see that it did.
    (error) => process.send({ ...answer, code: 70, stderr: format(error) }),
  );
});
