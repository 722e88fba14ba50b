import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const LIST = 'node_modules/onnxruntime-node/script/install-metadata.js';

describe('the preinstall script', () => {
  let project: string;
  const script = (): string => path.join(project, 'node_modules/perennial-ml/install/skip-gpu-download.js');
  const listed = async (): Promise<string | undefined> =>
    /'linux\/x64': (\[.*\])/.exec(await readFile(path.join(project, LIST), 'utf8'))?.[1];
  const install = (environment: NodeJS.ProcessEnv = {}): void => {
    const usual = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/onnxruntime/i.test(name)));
    execFileSync(process.execPath, [script()], { env: { ...usual, ...environment }, stdio: 'pipe' });
  };

  beforeEach(async () => {
    project = await realpath(await mkdtemp(path.join(tmpdir(), 'perennial-preinstall-')));
    await mkdir(path.join(project, 'node_modules/onnxruntime-node/script'), { recursive: true });
    await cp('install', path.join(project, 'node_modules/perennial-ml/install'), { recursive: true });
    await writeFile(path.join(project, 'node_modules/perennial-ml/package.json'), '{ "name": "perennial-ml", "type": "module" }');
    await writeFile(path.join(project, 'node_modules/onnxruntime-node/package.json'), '{ "name": "onnxruntime-node" }');
    await cp(LIST, path.join(project, LIST));
  });
  afterEach(() => rm(project, { recursive: true, force: true }));

  it('takes the CUDA libraries off the list that the locked onnxruntime-node fetches', async () => {
    expect(await listed()).toBe("['cuda12']");
    install();
    expect(await listed()).toBe('[]');
    install();
    expect(await listed()).toBe('[]');
  });

  it('leaves them to whoever asks for them', async () => {
    install({ ONNXRUNTIME_NODE_INSTALL: 'cuda12' });
    install({ npm_config_onnxruntime_node_install: 'cuda12' });
    expect(await listed()).toBe("['cuda12']");
  });

  it('does nothing without the package, and to a list that it does not know', async () => {
    await writeFile(path.join(project, LIST), 'module.exports = {};\n');
    install();
    expect(await readFile(path.join(project, LIST), 'utf8')).toBe('module.exports = {};\n');
    await rm(path.join(project, 'node_modules/onnxruntime-node'), { recursive: true });
    install();
  });
});
