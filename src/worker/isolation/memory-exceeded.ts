import { PipelineError } from '../../errors/pipeline-error.js';

const MIB_PER_GIB = 1_024;

/** @param limitMiB - null: the step asked for none. @param usedMiB - null: not known, the heap of JavaScript was full. */
export function memoryExceeded(where: string, limitMiB: number | null, usedMiB: number | null): PipelineError {
  return new PipelineError('EXECUTION_MEMORY_EXCEEDED', {
    what: 'the step used too much memory',
    where,
    expected: limitMiB === null ? 'no more than the heap that Node allows' : `at most ${gib(limitMiB)}`,
    received: usedMiB === null ? 'a full heap' : gib(usedMiB),
    details: {
      limitMiB: limitMiB === null ? null : Math.round(limitMiB),
      usedMiB: usedMiB === null ? null : Math.round(usedMiB),
    },
  });
}

const gib = (mib: number): string => `${(mib / MIB_PER_GIB).toFixed(2)} GiB`;
