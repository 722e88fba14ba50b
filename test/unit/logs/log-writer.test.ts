import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { attemptLogPrefix, parseChunkKey } from '../../../src/logs/log-keys.js';
import { openLogWriter } from '../../../src/logs/log-writer.js';
import { isOfStep, listLogChunks, readLogChunk, stepOfActivity } from '../../../src/logs/read-logs.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { eventually } from '../../eventually.js';

const PLACE = { workflowId: 'team/run 1', runId: 'r1', activityId: 'train[3]~2', attempt: 2 };
const LIMITS = { flushMs: 30, chunkBytes: 500, attemptBytes: 2_000, tailLines: 5, messageCharacters: 100 };

describe('the log of an attempt', () => {
  let folder: string;
  let objects: ObjectStore;
  let puts: string[];
  const problems: unknown[] = [];

  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-logs-'));
    const store = await openObjectStore(folder);
    puts = [];
    objects = {
      uri: store.uri,
      list: (prefix: string) => store.list(prefix),
      get: (key: string) => store.get(key),
      put: (key: string, bytes: Uint8Array) => {
        puts.push(key);
        return store.put(key, bytes);
      },
    } as unknown as ObjectStore;
  });
  afterEach(() => fs.rm(folder, { recursive: true, force: true }));

  const open = (): ReturnType<typeof openLogWriter> =>
    openLogWriter(objects, attemptLogPrefix(PLACE), (error) => problems.push(error), LIMITS);
  const stored = async (): Promise<string[]> => {
    const chunks = await listLogChunks(objects, PLACE.workflowId);
    return (await Promise.all(chunks.map(({ key }) => readLogChunk(objects, key)))).flat().map(({ message }) => message);
  };
  const write = (writer: ReturnType<typeof open>, message: string): void => {
    writer.write({ level: 'info', source: 'stdout', message });
  };

  it('asks nothing of the store when nothing is logged', async () => {
    await open().close();
    expect(puts).toEqual([]);
  });

  it('is there soon, before the attempt ends, in order', async () => {
    const writer = open();
    write(writer, 'first');
    await eventually(stored, (lines) => lines.length > 0, 25);
    expect(await stored()).toEqual(['first']);
    for (let line = 0; line < 20; line++) write(writer, `line ${line}`);
    await writer.close();
    expect(await stored()).toEqual(['first', ...Array.from({ length: 20 }, (_, line) => `line ${line}`)]);
    expect(puts.length).toBeGreaterThan(2);
    expect(parseChunkKey(puts[0] ?? '')).toMatchObject({ runId: 'r1', activity: 'train[3]~2', attempt: 2 });
  });

  it('is bounded: of a flood the beginning and the last lines are kept, with a note', async () => {
    const writer = open();
    for (let line = 0; line < 100_000; line++) write(writer, `line ${line}`);
    await writer.close();
    const lines = await stored();
    expect(lines[0]).toBe('line 0');
    expect(lines.slice(-5)).toEqual([99_995, 99_996, 99_997, 99_998, 99_999].map((line) => `line ${line}`));
    expect(lines.filter((line) => /2000 bytes|lines were left out/.test(line))).toHaveLength(2);
    expect(lines.length).toBeLessThan(50);
  });

  it('cuts a long line', async () => {
    const writer = open();
    write(writer, 'x'.repeat(1_000));
    await writer.close();
    expect(await stored()).toEqual([`${'x'.repeat(100)}… (1000 characters)`]);
  });

  it('that cannot be stored fails nothing, and is told', async () => {
    const failing = { put: () => Promise.reject(new Error('disk full')) };
    const writer = openLogWriter(failing, 'logs/', (error) => problems.push(error), LIMITS);
    write(writer, 'lost');
    await writer.close();
    expect(problems).toMatchObject([{ message: 'disk full' }]);
  });

  it('knows which activities are of a step', () => {
    expect(['train', 'train[3]', 'train.shift', 'train~2', 'training'].map((name) => isOfStep(name, 'train'))).toEqual([
      ...[true, true, true, true, false],
    ]);
    expect(stepOfActivity('train[3][0]~2')).toBe('train');
  });
});
