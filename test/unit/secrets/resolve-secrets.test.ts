import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PipelineError } from '../../../src/errors/pipeline-error.js';
import { definePipeline, secret } from '../../../src/index.js';
import { defaultSecretProvider } from '../../../src/secrets/default-provider.js';
import { createRedactor } from '../../../src/secrets/redactor.js';
import { resolveSecrets } from '../../../src/secrets/resolve-secrets.js';
import { guardObjects } from '../../../src/secrets/guarded-objects.js';
import { openObjectStore } from '../../../src/store/open-store.js';

let folder: string;
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-secrets-'));
  await fs.mkdir(path.join(folder, 'mounted'));
  await fs.writeFile(path.join(folder, 'mounted', 'TOKEN'), 'from-folder\n');
  await fs.writeFile(path.join(folder, '.env'), '# comment\nTOKEN=from-file\nexport KEY="two words"\n');
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

const provider = (): ReturnType<typeof defaultSecretProvider> =>
  defaultSecretProvider({
    PERENNIAL_SECRETS_DIR: path.join(folder, 'mounted'),
    PERENNIAL_SECRETS_FILE: path.join(folder, '.env'),
    TOKEN: 'from-environment',
    PASSWORD: 'from-environment',
    EMPTY: '',
    SHORT: 'abc',
  });
const marker = (name: string): { $secret: string } => ({ $secret: name });

describe('secrets', () => {
  it('come from the folder, then the file, then the environment, anywhere in a configuration', async () => {
    const config = { url: 'x', secrets: { a: marker('TOKEN') }, list: [marker('KEY'), { deep: marker('PASSWORD') }] };
    const { config: resolved, values } = await resolveSecrets(config, provider(), 'step "x"');
    expect(resolved).toEqual({ url: 'x', secrets: { a: 'from-folder' }, list: ['two words', { deep: 'from-environment' }] });
    expect([...values.keys()]).toEqual(['KEY', 'PASSWORD', 'TOKEN']);
  });

  it('that are missing are named all at once, with the places', async () => {
    const error = await resolveSecrets(
      { a: marker('NOPE'), b: marker('EMPTY'), c: marker('TOKEN') },
      provider(),
      'step "x"',
    ).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'SECRET_MISSING', retryable: false, details: { missing: ['EMPTY', 'NOPE'] } });
    for (const place of ['step "x"', path.join(folder, 'mounted'), path.join(folder, '.env'), 'environment of the worker'])
      expect((error as Error).message).toContain(place);
  });

  it('too short to be found again are refused, without their value', async () => {
    const error = await resolveSecrets({ a: marker('SHORT') }, provider(), 'step "x"').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'SECRET_TOO_SHORT' });
    expect((error as Error).message).not.toContain('abc');
  });

  it('cannot be written into the store, as bytes or as a file of any size', async () => {
    const redactor = createRedactor(new Map([['TOKEN', 'from-folder']]));
    const objects = guardObjects(await openObjectStore(path.join(folder, 'store')), redactor);
    const file = path.join(folder, 'big');
    // The value lies across the border of two pieces of the search.
    await fs.writeFile(file, `${'x'.repeat((1 << 20) - 4)}from-folder`);
    for (const write of [
      () => objects.put('a', Buffer.from('is from-folder')),
      () => objects.putIfAbsent('a', Buffer.from(Buffer.from('from-folder').toString('base64'))),
      () => objects.putFile('a', file),
    ])
      await expect(write()).rejects.toMatchObject({ code: 'SECRET_LEAKED', details: { secret: 'TOKEN' } });
    expect(await objects.head('a')).toBeNull();
    await objects.put('a', Buffer.from('harmless'));
  });
});

describe('secret()', () => {
  it('leaves its name in the plan, and never becomes a string', () => {
    const pipeline = definePipeline('with-secret', { params: {} }, (p) => {
      p.step('call', { secrets: { token: secret('TOKEN') }, run: (_inputs, { secrets }) => secrets.token.length });
    });
    expect(pipeline.plan.steps[0]?.config).toEqual({ secrets: { token: { $secret: 'TOKEN' } } });
    expect(() => String(secret('TOKEN') as unknown)).toThrow(PipelineError);
  });

  it('with a name that is none is reported with the other problems', () => {
    const define = (): unknown =>
      definePipeline('with-secret', { params: {} }, (p) => {
        p.step('call', { secrets: { a: secret('../etc'), b: secret('') }, run: () => 1 });
      });
    expect(define).toThrow(/call\.secrets\.a.*\n.*call\.secrets\.b/);
  });
});
