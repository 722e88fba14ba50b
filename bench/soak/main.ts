/** `npm run soak -- --minutes 120`: see docs/operations.md. Ends with 1 when something grew. */
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { DEFAULT_MINUTES, soak } from './soak.js';

const minutes = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`expected a number of minutes above 0, got ${text}`);
  return value;
};

await new Command('npm run soak --')
  .description('run a worker and a model server under a small load, and see that disk, memory and handles stay flat')
  .option('--minutes <count>', 'how long', minutes, DEFAULT_MINUTES)
  .option('--json <file>', 'write the report there, too')
  .action(async (flags: { readonly minutes: number; readonly json?: string }) => {
    const report = await soak(flags.minutes, (line) => process.stderr.write(`${line}\n`));
    const text = JSON.stringify(report, null, 2);
    process.stdout.write(`${text}\n`);
    if (flags.json !== undefined) await writeFile(flags.json, `${text}\n`);
    process.exitCode = Object.values(report.measures).every(({ flat }) => flat) ? 0 : 1;
  })
  .parseAsync();
