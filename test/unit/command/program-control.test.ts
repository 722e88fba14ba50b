import { rmSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openProgramControl } from '../../../src/command/program/program-control.js';
import type { StepControl } from '../../../src/pipeline/step-control.js';

const QUIET = { debug: ignore, info: ignore, warn: ignore, error: ignore };
function ignore(): void {
  return undefined;
}

let folder: string;
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-control-'));
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

/** Orders as a test gives them. */
class Orders implements StepControl {
  readonly takesOrders = true;
  readonly listeners = new Set<() => void>();
  pauseRequested = false;
  stopRequested = false;
  values = {};

  value = (): undefined => undefined;

  onOrder(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  between(): Promise<'continue' | 'stop'> {
    return Promise.resolve(this.stopRequested ? 'stop' : 'continue');
  }
}

async function follow(control: Orders, name: string) {
  const warned: string[] = [];
  const sent: string[] = [];
  const send = (what: string) => () => {
    sent.push(what);
  };
  const file = path.join(folder, name);
  const log = { ...QUIET, warn: (message: string) => warned.push(message) };
  const program = await openProgramControl(file, { control, log, signal: new AbortController().signal });
  const saver = { now: () => Promise.resolve(), finish: () => Promise.resolve() };
  program.follow({ pause: send('pause'), resume: send('resume'), terminate: send('terminate') }, saver);
  const order = async (): Promise<void> => {
    for (const listener of control.listeners) listener();
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  return { program, sent, warned, file, order };
}

const BY_SIGTERM = { exitCode: null, signal: 'SIGTERM', startError: null, leftOthers: false } as const;
const THROUGH_A_SHELL = { ...BY_SIGTERM, exitCode: 143, signal: null };

describe('a program that is told to stop', () => {
  it('gets SIGTERM, and an end by it is as it was told', async () => {
    const control = new Orders();
    const { program, sent, file, order } = await follow(control, 'stop.json');
    expect(program.endedAsTold(BY_SIGTERM)).toBe(false);
    Object.assign(control, { stopRequested: true, values: { rate: 0.5 } });
    await order();
    expect(sent.at(-1)).toBe('terminate');
    expect(JSON.parse(await fs.readFile(file, 'utf8'))).toEqual({ pause: false, stop: true, values: { rate: 0.5 } });
    expect(program.endedAsTold(BY_SIGTERM)).toBe(true);
    expect(program.endedAsTold(THROUGH_A_SHELL)).toBe(true);
    expect(program.endedAsTold({ ...BY_SIGTERM, signal: 'SIGKILL' })).toBe(false);
    program.close();
  });

  it('before it began has left nothing that could be taken', async () => {
    const control = new Orders();
    control.stopRequested = true;
    const { program, sent, order } = await follow(control, 'before.json');
    await order();
    expect(sent).toContain('terminate');
    expect(program.endedAsTold(BY_SIGTERM)).toBe(false);
    program.close();
  });
});

it('a program that has ended hears of no order, and nobody complains that its folder is gone', async () => {
  const control = new Orders();
  await fs.mkdir(path.join(folder, 'ended'));
  const { program, sent, warned, order } = await follow(control, 'ended/control.json');
  await order();
  const ordered = order();
  program.close();
  rmSync(path.join(folder, 'ended'), { recursive: true });
  await ordered;
  const before = sent.length;
  await order();
  expect(sent).toHaveLength(before);
  expect(warned).toEqual([]);
});
