import fs from 'node:fs/promises';
import path from 'node:path';
import type { CommandConfig, CommandResult } from '../contracts/stages/command.js';
import type { JsonObject, JsonValue } from '../contracts/json.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { StageOperation, StepContext } from '../pipeline/step-context.js';
import { cacheFolder } from '../store/artifacts/cache-folder.js';
import { saveEvery } from './checkpoint-saver.js';
import { publishFolder } from './files/collect-files.js';
import { exitFailure } from './program/exit-failure.js';
import { readFailure } from './program/failure-file.js';
import { invocationOf } from './invocation.js';
import { artifactsIn, materialiseInputs } from './files/materialise-inputs.js';
import { limitMemory } from './memory/memory-limit.js';
import { checkMetrics, readMetricsFile } from './files/metrics-file.js';
import { countMemoryKills } from './memory/out-of-memory.js';
import { OutputWatch } from './program/output-watch.js';
import { type ProgramEnd, runProgram } from './program/process-group.js';
import { openProgramControl } from './program/program-control.js';
import { inheritedVariables, programEnvironment } from './environment/program-environment.js';
import { readResult } from './files/read-result.js';
import { createWorkFolder, type WorkFolder } from './files/work-folder.js';
import { writeConfig } from './files/write-config.js';

/** A worker that shuts down waits for its steps no longer than about this. */
const SHUTDOWN_GRACE_MS = 7_000;
/** Too little for a program to have written what it meant to. */
const LEAST_FREE_BYTES = 64 * 1024;

/**
 * Runs a program or a Python script on files: prepares its folder, restores its checkpoint, starts it in a process group of its own, follows
 * its output, and publishes what it left. See docs/commands-and-python.md for the contract.
 * @throws PipelineError `COMMAND_*`, `PYTHON_*`, `EXECUTION_METRIC_NOT_FINITE`, `ARTIFACT_CORRUPT`, `STORE_*`.
 */
export const runCommandStep: StageOperation<CommandConfig, JsonObject, CommandResult<JsonValue>> = async (
  { config, inputs: results },
  context,
) => {
  const inputs = { ...results, ...config.given };
  const where = `step "${context.step}" of ${context.run.pipeline}`;
  try {
    const folder = await createWorkFolder(context.scratch);
    const data = await materialiseInputs(inputs, folder, context.artifacts);
    await writeConfig(config, data, folder, context);
    if (await context.restoreFolder(folder.checkpoint)) context.log.info('the checkpoint of an earlier attempt was restored');
    const project = process.cwd();
    const env = programEnvironment({ settings: config, data, folder, context, project, worker: process.env });
    const watch = await runIn({ folder, env, project, where }, config, context);
    return await collect({ folder, where, inputs }, config, watch, context);
  } catch (error) {
    throw diskFull(error, where);
  }
};

type Place = {
  readonly folder: WorkFolder;
  readonly env: { readonly [name: string]: string };
  readonly project: string;
  readonly where: string;
};

/** Runs the program to its end. @throws when it failed, or the step was told to stop. */
async function runIn(place: Place, config: CommandConfig, context: StepContext): Promise<OutputWatch> {
  const { folder, env, project, where } = place;
  const { signal } = context;
  const invocation = await invocationOf(config, folder, {
    project,
    where,
    signal,
    cache: path.join(cacheFolder(process.env), 'python'),
    env: inheritedVariables(process.env, [...config.inherit, ...pipVariables(process.env)]),
    onLine: (source, line) => {
      context.progress(0, 0, `installing: ${line}`);
      return context.output(source, line);
    },
  });
  const watch = new OutputWatch(config, context);
  const control = await openProgramControl(folder.control, context);
  const saver = saveEvery(config.checkpointEveryMs, folder.checkpoint, context);
  const killsBefore = await countMemoryKills();
  const memory = limitMemory(context.resources);
  let end: ProgramEnd;
  try {
    end = await runProgram({
      program: invocation.program,
      arguments: invocation.arguments,
      cwd: folder.root,
      env,
      signal,
      graceMs: () => (isShutdown(signal.reason) ? Math.min(config.graceMs, SHUTDOWN_GRACE_MS) : config.graceMs),
      onLine: (source, line, lineEnd) => {
        watch.line(source, line, lineEnd);
      },
      onStart: (group) => {
        control.follow(group, saver);
        memory.follow(group);
      },
    });
  } finally {
    control.close();
    memory.close();
    await saver.finish();
  }
  signal.throwIfAborted();
  memory.check(invocation.name, where);
  if (end.leftOthers) context.log.warn('the program left processes behind, which were ended');
  if (control.endedAsTold(end)) return watch;
  const failure = exitFailure({
    end,
    where,
    program: invocation.name,
    path: env['PATH'] ?? '',
    tail: watch.tail,
    told: await readFailure(folder.output),
    outOfMemory: end.signal === 'SIGKILL' && (await countMemoryKills()) > killsBefore,
  });
  if (failure !== null) throw failure;
  return watch;
}

async function collect(
  { folder, where, inputs }: { readonly folder: WorkFolder; readonly where: string; readonly inputs: JsonObject },
  config: CommandConfig,
  watch: OutputWatch,
  context: StepContext,
): Promise<CommandResult<JsonValue>> {
  await mustHaveRoom(folder.root, where);
  await mustExist(config.outputs, folder.root, where);
  const written = await readMetricsFile(folder.output, (line) => {
    context.log.warn('a line of output/metrics.jsonl is no metric', { line });
  });
  const metrics = checkMetrics(new Map([...watch.metrics, ...written]), where);
  for (const [name, value] of Object.entries(metrics)) context.metric(name, value);
  const value = config.result === null ? null : await readResult(config.result, folder.output, where);
  const madeFrom = Object.entries(inputs).flatMap(([name, input]) => artifactsIn(input, name).map(({ ref }) => ref));
  const publish = (which: 'output' | 'model'): ReturnType<typeof publishFolder> =>
    publishFolder(which, folder[which], context.artifacts, madeFrom, (names) => {
      context.log.warn(`left out of ${which}/: links and special files`, { names: names.slice(0, 20) });
    });
  return { exitCode: 0, metrics, output: await publish('output'), model: await publish('model'), value };
}

async function mustExist(outputs: readonly string[], root: string, where: string): Promise<void> {
  const there = await Promise.all(outputs.map((name) => fs.stat(path.join(root, name)).catch(() => null)));
  const missing = outputs.filter((_, index) => there[index]?.isFile() !== true);
  if (missing.length === 0) return;
  throw new PipelineError('COMMAND_OUTPUT_MISSING', {
    what: `the program ended with exit code 0 but left no ${missing.join(', no ')}`,
    where,
    details: { missing },
  });
}

/** A program that does not look at its writes ends well on a full disk. */
async function mustHaveRoom(root: string, where: string): Promise<void> {
  const { bavail, bsize } = await fs.statfs(root);
  if (bavail * bsize >= LEAST_FREE_BYTES) return;
  throw new PipelineError('COMMAND_DISK_FULL', {
    what: `the program ended with exit code 0, but the disk has ${bavail * bsize} bytes left: its files may be cut off`,
    where: `${where}, folder ${root}`,
  });
}

function diskFull(error: unknown, where: string): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new PipelineError('COMMAND_DISK_FULL', { what: 'the files of the step could not be written', where, cause: error });
}

const isShutdown = (reason: unknown): boolean =>
  typeof reason === 'object' && reason !== null && 'message' in reason && reason.message === 'WORKER_SHUTDOWN';

const pipVariables = (worker: NodeJS.ProcessEnv): string[] => Object.keys(worker).filter((name) => name.startsWith('PIP_'));
