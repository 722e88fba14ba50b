import type { ResourceSpec } from '../../contracts/plan.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { watchGroupMemory } from './group-memory.js';
import type { ProgramGroup } from '../program/process-group.js';

const MIB_PER_GIB = 1_024;

export interface MemoryLimit {
  /** Ends the program when it and all that it starts take more memory than the step asked for. */
  follow(group: Pick<ProgramGroup, 'id' | 'kill'>): void;
  /** @throws PipelineError `COMMAND_OUT_OF_MEMORY` when it was ended for that. */
  check(program: string, where: string): void;
  close(): void;
}

/** The limit that `resources.memoryGiB` sets to a program; without it there is none. */
export function limitMemory({ memoryGiB }: ResourceSpec = {}): MemoryLimit {
  let usedMiB: number | null = null;
  let unwatch = (): void => undefined;
  return {
    follow: (group) => {
      if (memoryGiB === undefined) return;
      unwatch = watchGroupMemory(group.id, memoryGiB * MIB_PER_GIB, (used) => {
        usedMiB = used;
        group.kill();
      });
    },
    check: (program, where) => {
      if (usedMiB === null || memoryGiB === undefined) return;
      throw new PipelineError('COMMAND_OUT_OF_MEMORY', {
        what: `"${program}" used too much memory and was ended`,
        where,
        expected: `at most ${memoryGiB.toFixed(2)} GiB (resources.memoryGiB)`,
        received: `${(usedMiB / MIB_PER_GIB).toFixed(2)} GiB`,
        retryable: false,
        details: { usedMiB: Math.round(usedMiB), limitMiB: Math.round(memoryGiB * MIB_PER_GIB) },
      });
    },
    close: () => {
      unwatch();
    },
  };
}
