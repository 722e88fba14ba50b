import type { JsonObject } from '../../src/contracts/json.js';
import type { CommandConfig, CommandOperations } from '../../src/contracts/stages/command.js';
import type { OperationCode } from '../../src/pipeline/step-context.js';
import { runCommandStep } from '../../src/command/run-command-step.js';

/** Operations of commands and Python scripts by name. */
export const commandOperations: OperationCode<CommandConfig, JsonObject, CommandOperations> = { command: runCommandStep };
