import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ProgramEnd, type ProgramGroup, runProgram } from '../../../src/command/program/process-group.js';
import { isAlive } from '../../test-processes.js';
import { eventually } from '../../eventually.js';

let folder: string;
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-group-'));
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

const lines: string[] = [];
const sh = (script: string, signal = new AbortController().signal, graceMs = 5_000): Promise<ProgramEnd> => {
  lines.length = 0;
  return runProgram({
    program: '/bin/sh',
    arguments: ['-c', script],
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '' },
    signal,
    graceMs: () => graceMs,
    onLine: (source, line) => lines.push(`${source}: ${line}`),
  });
};

/** The process id that a script wrote. */
const pidIn = async (name: string): Promise<number> =>
  Number(
    await eventually(
      () => fs.readFile(path.join(folder, name), 'utf8').catch(() => ''),
      (text) => text.endsWith('\n'),
      20,
    ),
  );
const gone = async (pid: number): Promise<void> => {
  await eventually(
    () => isAlive(pid),
    (alive) => !alive,
    20,
  );
};

describe('a program', () => {
  it('ends with its exit code and all of its lines', async () => {
    expect(await sh('echo one; echo two >&2; printf three; exit 3')).toEqual({
      exitCode: 3,
      signal: null,
      startError: null,
      leftOthers: false,
    });
    expect([...lines].sort()).toEqual(['stderr: two', 'stdout: one', 'stdout: three']);
  });

  it('that is not there is a value, no exception', async () => {
    const end = await runProgram({
      program: 'no-such-program',
      arguments: [],
      cwd: folder,
      env: {},
      signal: new AbortController().signal,
      graceMs: () => 1,
      onLine: () => undefined,
    });
    expect(end.startError).toBe('ENOENT');
  });

  it('that is paused does nothing until it goes on, and hears at once that it shall end', async () => {
    const stopping = new AbortController();
    const counted: number[] = [];
    let group: ProgramGroup | null = null;
    const script = `trap 'echo saved; exit 7' TERM; n=0; while :; do n=$((n + 1)); echo $n; sleep 0.02; done`;
    const ended = runProgram({
      program: '/bin/sh',
      arguments: ['-c', script],
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '' },
      signal: stopping.signal,
      graceMs: () => 20_000,
      onLine: (_source, line) => counted.push(Number(line)),
      onStart: (started) => {
        group = started;
      },
    });
    const counts = async (more: number): Promise<void> => {
      for (const first = counted.length; counted.length < first + more;) await sleep(10);
    };
    const started = group as ProgramGroup | null;
    await counts(3);
    started?.pause();
    // What was written before still arrives.
    await sleep(200);
    const reached = counted.length;
    await sleep(300);
    expect(counted).toHaveLength(reached);
    started?.resume();
    await counts(3);
    started?.pause();
    stopping.abort();
    expect(await ended).toMatchObject({ exitCode: 7, signal: null });
  });

  it('is told to stop with all that it started, which have the grace to leave', async () => {
    const stopping = new AbortController();
    const script = `(trap 'sleep 0.3; echo saved; exit 0' TERM; echo $$ > ready; while :; do sleep 0.05; done) & echo $! > child1; wait`;
    const ended = sh(script, stopping.signal);
    const child = await pidIn('child1');
    await pidIn('ready');
    stopping.abort();
    await ended;
    expect(lines).toContain('stdout: saved');
    await gone(child);
  });

  it('that ignores SIGTERM is killed after the grace, with its children', async () => {
    const stopping = new AbortController();
    const ended = sh(
      `trap '' TERM; sh -c 'while :; do sleep 0.05; done' & echo $! > child2; while :; do sleep 0.05; done`,
      stopping.signal,
      200,
    );
    const child = await pidIn('child2');
    stopping.abort();
    expect(await ended).toMatchObject({ signal: 'SIGKILL' });
    await gone(child);
  });

  it('that ends but leaves children behind takes them with it', async () => {
    const end = await sh('sleep 60 & echo $! > child3; exit 0');
    expect(end).toMatchObject({ exitCode: 0, leftOthers: true });
    await gone(await pidIn('child3'));
  });

  it('ends by itself when the process that runs it is killed', async () => {
    const module = path.resolve('dist/src/command/program/process-group.js');
    const code = `import(${JSON.stringify(module)}).then(({ runProgram }) => runProgram({ program: '/bin/sh',
      arguments: ['-c', 'sleep 60 & echo $! > child4; wait'], cwd: ${JSON.stringify(folder)}, env: { PATH: process.env.PATH },
      signal: new AbortController().signal, graceMs: () => 1000, onLine: () => undefined }))`;
    const parent = spawn(process.execPath, ['-e', code], { stdio: 'inherit' });
    const child = await pidIn('child4');
    expect(isAlive(child)).toBe(true);
    // The guard starts right after the program.
    await sleep(300);
    parent.kill('SIGKILL');
    await gone(child);
  });

  it('may write without end: memory stays as it is', async () => {
    const stopping = new AbortController();
    let count = 0;
    const before = process.memoryUsage().rss;
    const ended = runProgram({
      program: '/bin/sh',
      arguments: ['-c', 'yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '' },
      signal: stopping.signal,
      graceMs: () => 1_000,
      onLine: () => {
        count += 1;
        if (count === 1_000_000) stopping.abort();
      },
    });
    await ended;
    expect(count).toBeGreaterThanOrEqual(1_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });
});
