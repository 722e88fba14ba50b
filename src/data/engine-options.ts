import os from 'node:os';
import type { StepContext } from '../pipeline/step-context.js';
import type { DuckDbOptions } from './duckdb.js';

const MIB_PER_GIB = 1_024;
const BYTES_PER_MIB = 1_048_576;
const LEAST_THREADS = 2;
const LEAST_MEMORY_MIB = 1_024;
/** Share of the step's memory; the rest is for rows in transit and for the process itself. */
const ENGINE_SHARE = 0.8;
/** Share of the machine's memory, for all engines that may run at once. */
const MACHINE_SHARE = 0.5;

export type Machine = { readonly cores: number; readonly memoryMiB: number };

/**
 * How an engine of a step is opened: with the cores and the memory that the step asks for. One that asks for none gets half of the cores, two at
 * least, and its part of half of the memory if as many steps run as there are cores, 1 GiB at least.
 */
export function engineOptions(
  { scratch, signal, resources = {} }: Pick<StepContext, 'scratch' | 'signal' | 'resources'>,
  machine: Machine = thisMachine(),
): DuckDbOptions {
  const { cpu, memoryGiB } = resources;
  const share = Math.max(LEAST_MEMORY_MIB, (MACHINE_SHARE * machine.memoryMiB) / machine.cores);
  return {
    scratch,
    signal,
    threads: cpu === undefined ? Math.max(LEAST_THREADS, Math.floor(machine.cores / 2)) : Math.max(1, Math.ceil(cpu)),
    memoryMiB: Math.floor(memoryGiB === undefined ? share : ENGINE_SHARE * memoryGiB * MIB_PER_GIB),
  };
}

/** As far as a container may use it. */
function thisMachine(): Machine {
  const allowed = process.constrainedMemory();
  const bytes = allowed > 0 ? Math.min(allowed, os.totalmem()) : os.totalmem();
  return { cores: os.availableParallelism(), memoryMiB: bytes / BYTES_PER_MIB };
}
