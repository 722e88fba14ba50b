#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { isToBeSupervised, supervise } from './supervisor/supervise.js';
import { SUPERVISED_VARIABLE, tellSupervisor } from './supervisor/supervised.js';
import { listenForInterruption } from './start/until-interrupted.js';

const words = process.argv.slice(2);
const supervises = process.env[SUPERVISED_VARIABLE] === undefined && isToBeSupervised(words);
if (!supervises) listenForInterruption();

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `perennial status | head` closes our output early; that is no failure.
  if (error.code === 'EPIPE') void tellSupervisor('over').then(() => process.exit(0));
  else if (!isTerminalGone(error)) throw error;
});
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && !isTerminalGone(error)) throw error;
});

/** The signal that comes with it tells what to do. */
function isTerminalGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EIO';
}

const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => {
      resolve();
    });
  });

async function main(): Promise<number> {
  if (supervises) return supervise(fileURLToPath(import.meta.url), words);
  const [{ runCli }, { processTerminal }] = await Promise.all([import('./program.js'), import('./terminal.js')]);
  return runCli(words, processTerminal());
}

void main().then(async (exitCode) => {
  await Promise.all([written(process.stdout), written(process.stderr), tellSupervisor('over')]);
  // A request that was given up may still wait inside gRPC; the command is over anyway.
  process.exit(exitCode);
});
