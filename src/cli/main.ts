#!/usr/bin/env node
import { listenForInterruption } from './until-interrupted.js';

listenForInterruption();

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `perennial status | head` closes our output early; that is no failure.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => {
      resolve();
    });
  });

async function main(): Promise<number> {
  const [{ runCli }, { processTerminal }] = await Promise.all([import('./program.js'), import('./terminal.js')]);
  return runCli(process.argv.slice(2), processTerminal());
}

void main().then(async (exitCode) => {
  await Promise.all([written(process.stdout), written(process.stderr)]);
  // A request that was given up may still wait inside gRPC; the command is over all the same.
  process.exit(exitCode);
});
