import { runCommandStep } from '../src/command/run-command-step.js';

/** Operations of commands and Python scripts by name. */
export const commandOperations = { command: runCommandStep };
