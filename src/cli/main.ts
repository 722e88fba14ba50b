#!/usr/bin/env node
import { runCli } from './program.js';
import { processTerminal } from './terminal.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `perennial status | head` closes our output early; that is no failure.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

void runCli(process.argv.slice(2), processTerminal()).then((exitCode) => {
  process.exitCode = exitCode;
});
