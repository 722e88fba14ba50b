import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PythonPlace, pythonFor } from '../../../src/command/environment/python-environment.js';
import { inheritedVariables } from '../../../src/command/environment/program-environment.js';
import { definePipeline, param } from '../../../src/index.js';
import { runInProcess } from '../../../src/testing/index.js';
import { temporaryFolder } from '../execution-fixtures.js';

const SCRIPT = `
import json, os, sys
config = json.load(open(os.environ["PERENNIAL_CONFIG"]))
print("loss=0.5", flush=True)
json.dump({"rounds": config["hyperparameters"]["rounds"], "word": sys.argv[1]}, open("output/result.json", "w"))
`;

describe('a Python script', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let place: PythonPlace;
  const lines: string[] = [];

  beforeAll(async () => {
    folder = await temporaryFolder();
    await fs.writeFile(path.join(folder.path, 'script.py'), SCRIPT);
    place = {
      cache: path.join(folder.path, 'cache'),
      project: folder.path,
      where: 'step "fit"',
      env: inheritedVariables(process.env, ['PIP_NO_INDEX']),
      signal: new AbortController().signal,
      onLine: (_source, line) => {
        lines.push(line);
        return line;
      },
    };
  });
  afterAll(() => folder.remove());

  /** Begins to build the environment, and gives the hash of its requirements when the build has been cut off. */
  async function hashOfCutOff(config: Parameters<typeof pythonFor>[0]): Promise<string> {
    const stop = new AbortController();
    const building = pythonFor(config, { ...place, signal: stop.signal }).catch((reason: unknown) => reason);
    let folder: string | undefined;
    while (folder === undefined) {
      await sleep(10);
      const names = await fs.readdir(place.cache).catch(() => []);
      folder = names.find((name) => name.includes('~'));
    }
    const cutOff = new Error('cut off');
    stop.abort(cutOff);
    expect(await building).toBe(cutOff);
    return folder.split('~')[0] ?? '';
  }

  it('reads its configuration and gives a typed result, without any environment', async () => {
    const pipeline = definePipeline('python', { params: { rounds: param.integer() } }, (p) => {
      p.python('fit', {
        script: path.join(folder.path, 'script.py'),
        arguments: ['hello'],
        hyperparameters: { rounds: p.params.rounds },
        metrics: { loss: /loss=(\S+)/ },
        result: { rounds: param.integer(), word: param.string() },
      });
    });
    const { results, status } = await runInProcess(pipeline, { rounds: 3 }, { store: folder.path });
    expect(status).toBe('succeeded');
    expect(results['fit']).toMatchObject({ value: { rounds: 3, word: 'hello' }, metrics: { loss: 0.5 } });
  });

  it('names a script that is not there', async () => {
    const pipeline = definePipeline('python', { params: {} }, (p) => {
      p.python('fit', { script: 'no/such.py', requirements: ['no-such'] });
    });
    const { steps } = await runInProcess(pipeline, {}, { store: folder.path });
    expect(steps[0]?.failure).toMatchObject({ code: 'COMMAND_FILE_MISSING', message: expect.stringContaining('no/such.py') });
  });

  it('has an environment that is made once, also by two at once, and takes away what a builder that was cut off has left', async () => {
    // A comment makes the content its own; with nothing to install pip needs no network.
    const config = { python: 'python3', requirements: { packages: ['# nothing but the environment'] } };
    // Whatever a killed builder leaves is a folder that no pointer names, and one of a process that is gone is removed.
    const hash = await hashOfCutOff(config);
    const unfinished = path.join(place.cache, `${hash}~00000000~0123456789abcdef~deadbeef`);
    await fs.mkdir(path.join(unfinished, 'venv', 'bin'), { recursive: true });
    await fs.utimes(unfinished, 0, 0);
    const [first, second] = await Promise.all([pythonFor(config, place), pythonFor(config, place)]);
    expect(second).toBe(first);
    expect((await fs.readdir(place.cache)).filter((name) => name.includes('~'))).toHaveLength(1);
    await expect(fs.stat(unfinished)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(fs.stat(path.join(place.cache, `${hash}.lock`))).rejects.toMatchObject({ code: 'ENOENT' });
    const startedAt = lines.length;
    expect(await pythonFor(config, place)).toBe(first);
    expect(lines.length).toBe(startedAt);
  });

  it('whose requirements cannot be installed fails with the end of what pip says', async () => {
    const requirements = { packages: ['no-such-package-of-perennial-tests==0.0.1', '--no-index'] };
    const error: unknown = await pythonFor({ python: 'python3', requirements }, place).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'PYTHON_REQUIREMENTS_FAILED', retryable: false });
    expect((error as Error).message).toContain('no-such-package-of-perennial-tests');
    expect((await fs.readdir(place.cache)).filter((name) => name.endsWith('.path'))).toHaveLength(1);
  });

  it('names a Python that is not there', async () => {
    const wanted = { python: 'python9', requirements: { packages: ['x'] } };
    await expect(pythonFor(wanted, place)).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
  });
});
