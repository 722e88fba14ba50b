import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { livingProcesses } from '../../../src/store/claims/living-processes.js';
import { eventually } from '../../eventually.js';

let folder = '';
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-living-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await fs.rm(folder, { recursive: true, force: true });
});

/** Another process with a name in a folder; what it does beside is given as code. */
async function start(code = 'setInterval(() => undefined, 1000)', of = folder): Promise<{ name: string; child: ChildProcess }> {
  const module = path.resolve('dist/src/store/claims/living-processes.js');
  const text = `import { livingProcesses } from ${JSON.stringify(module)};
    process.stdout.write(livingProcesses(${JSON.stringify(of)}).own() + '\\n');
    setTimeout(() => { ${code} }, 50);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return { name: chunk.toString().trim(), child };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const LONG_AGO = Date.now() - 86_400_000;
const alive = (name: string): string => path.join(folder, 'alive', name);

describe('processes that share a folder', () => {
  it('are known to live, or to be gone at once when they were killed, whatever their process ids', async () => {
    const { name, child } = await start();
    const me = livingProcesses(folder);
    expect([await me.isGone(name, LONG_AGO), await me.isGone(me.own(), LONG_AGO)]).toEqual([false, false]);
    await kill(child);
    expect(await me.isGone(name, Date.now())).toBe(true);
  });

  it('live while their main thread is busy, and while they are stopped', async () => {
    const busy = await start('for (;;);');
    const stopped = await start();
    stopped.child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const me = livingProcesses(folder);
    expect([await me.isGone(busy.name, LONG_AGO), await me.isGone(stopped.name, LONG_AGO)]).toEqual([false, false]);
  });

  it('leave nothing when they end in order; what killed ones left is swept when it is old, and that of living ones is not', async () => {
    const ended = await start('process.exit(0)');
    if (ended.child.exitCode === null) await once(ended.child, 'exit');
    const [killed, living] = [await start(), await start()];
    await kill(killed.child);
    await livingProcesses(folder).sweep();
    expect((await fs.readdir(path.join(folder, 'alive'))).sort()).toEqual([killed.name, living.name].sort());
    for (const { name } of [killed, living]) await fs.utimes(alive(name), LONG_AGO / 1000, LONG_AGO / 1000);
    await livingProcesses(folder).sweep();
    expect(await fs.readdir(path.join(folder, 'alive'))).toEqual([living.name]);
  });

  it('of another machine count as gone only when they were silent for ten minutes', async () => {
    const { name, child } = await start();
    await kill(child);
    const other = `00000000${name.slice(8)}`;
    await fs.rename(alive(name), alive(other));
    const me = livingProcesses(folder);
    expect(await me.isGone(other, LONG_AGO)).toBe(false);
    await fs.utimes(alive(other), LONG_AGO / 1000, LONG_AGO / 1000);
    expect(await me.isGone(other, Date.now())).toBe(true);
  });

  it('of which there is no sign are judged by what they did last', async () => {
    const me = livingProcesses(folder);
    expect([await me.isGone('host~1', LONG_AGO), await me.isGone('host~1', Date.now())]).toEqual([true, false]);
  });

  it('do with a file where the path is too long for a socket', async () => {
    const deep = path.join(folder, 'x'.repeat(100));
    const { name } = await start(undefined, deep);
    const isThere = async (): Promise<boolean> => (await fs.lstat(path.join(deep, 'alive', name)).catch(() => null)) !== null;
    await eventually(isThere, (there) => there, 20);
    expect(await livingProcesses(deep).isGone(name, LONG_AGO)).toBe(false);
  });
});
