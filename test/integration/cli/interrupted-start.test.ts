import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

/** What an interrupted command ends with. */
const INTERRUPTED = 130;

describe('a command that is told to stop while it starts', () => {
  let folder: string;
  let address: string;
  /** Takes connections and says nothing: a Temporal that hangs. */
  const silent = createServer();
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perennial-interrupted-'));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    address = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    silent.close();
    await rm(folder, { recursive: true, force: true });
  });

  const SILENT = 'silent';
  const COMMANDS: [string, string[]][] = [
    ['worker', ['worker', resolve('examples/custom-step/pipeline.ts'), '--address', SILENT]],
    ['serve', ['serve', '--endpoint', 'nobody', '--port', '0']],
  ];

  it.each(COMMANDS.flatMap(([name, words]) => [150, 400, 800].map((ms) => [name, ms, words] as const)))(
    'ends at once: %s after %d ms',
    async (name, ms, words) => {
      const child = spawn(
        process.execPath,
        [
          resolve('dist/src/cli/main.js'),
          ...words.map((word) => (word === SILENT ? address : word)),
          ...['--store', join(folder, 'store')],
        ],
        { cwd: folder, stdio: 'ignore' },
      );
      children.push(child);
      const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
      await sleep(ms);
      const toldAt = performance.now();
      child.kill('SIGTERM');
      const [code, signal] = await ended;
      // The system ends it before the program itself has begun. A server that is ready already stops in order.
      expect(['SIGTERM', INTERRUPTED, ...(name === 'serve' ? [0] : [])]).toContain(signal ?? code);
      expect(performance.now() - toldAt).toBeLessThan(5_000);
    },
  );
});
