import type { CommandOperations } from '../../src/contracts/stages/command.js';
import { operationsOf } from './operation-calls.js';
import type { StageWorkflow } from './stage-host.js';

/** One program, in one activity; its retries resume from its checkpoint. */
export const commandStage: StageWorkflow = (host) => operationsOf<CommandOperations>(host).command({});
