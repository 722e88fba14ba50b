import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkConfig } from '../../../src/config/check-config.js';
import { SETTING_DEFAULTS, SETTING_NAMES, SETTING_VARIABLES, chooseProfile, settle } from '../../../src/config/settings.js';
import type { LoadedConfig } from '../../../src/config/settings.js';

const loaded: LoadedConfig = {
  file: '/project/perennial.config.ts',
  config: {
    profiles: {
      dev: { store: 'data/store', pipelines: ['a.ts', '/elsewhere/b.ts'] },
      production: { store: 's3://models/prod', taskQueue: 'prod' },
    },
    defaultProfile: 'dev',
  },
};

describe('a setting', () => {
  it('is that of the flag, else of the environment, else of the profile, else the default', () => {
    const text = fc.option(fc.string({ minLength: 1 }), { nil: undefined });
    fc.assert(
      fc.property(fc.constantFrom(...SETTING_NAMES), text, text, text, (name, flag, variable, own) => {
        const env = variable === undefined ? {} : { [SETTING_VARIABLES[name]]: variable };
        const { value, source } = settle(name, flag, env, own === undefined ? {} : { [name]: own });
        expect(value).toBe(flag ?? variable ?? own ?? SETTING_DEFAULTS[name]);
        const expected =
          flag !== undefined ? 'flag' : variable !== undefined ? 'environment' : own !== undefined ? 'profile' : 'default';
        expect(source).toBe(expected);
      }),
    );
  });

  it('takes an empty variable as unset', () => {
    expect(settle('store', undefined, { PERENNIAL_STORE: '' }, {})).toEqual({ value: '.perennial/store', source: 'default' });
  });
});

describe('the pools of a profile', () => {
  const problemsOf = (pools: unknown): readonly string[] => {
    try {
      checkConfig({ profiles: { dev: { pools } } }, 'perennial.config.ts');
      return [];
    } catch (error) {
      const { problems } = (error as { details: { problems: readonly { path: string; problem: string }[] } }).details;
      return problems.map(({ path, problem }) => `${path}: ${problem}`);
    }
  };

  it('may say all that a pool can have', () => {
    const devices = [{ id: '0', type: 'a100', vramGiB: 80 }];
    const gpu = { taskQueue: 'g', cpu: 8, memoryGiB: 64, gpu: 1, gpuType: 'a100', vramGiB: 80, limit: 4, devices };
    expect(problemsOf({ cpu: {}, gpu })).toEqual([]);
  });

  it('are refused for wrong types, all at once', () => {
    const at = 'profiles.dev.pools';
    expect(problemsOf([])).toEqual([`${at}: expected an object of pools, got a list`]);
    expect(problemsOf({ a: null, b: { gpu: '2', gpuType: 7, gpus: 2, devices: [{ id: 0 }] } })).toEqual([
      `${at}.a: expected an object, got null`,
      expect.stringContaining(`${at}.b.gpus: unknown; valid are`),
      `${at}.b.gpu: expected a number, got "2"`,
      `${at}.b.gpuType: expected a text, got 7`,
      `${at}.b.devices: expected a list of { id, type, vramGiB }, got [{"id":0}]`,
    ]);
  });

  it('are refused for what they say, as a worker would refuse them', () => {
    expect(problemsOf({ a: { taskQueue: 'q', limit: 0 }, b: { taskQueue: 'q' } })).toEqual([
      expect.stringContaining('a.limit must be a whole number >= 1'),
      expect.stringContaining('share the task queue q'),
    ]);
  });
});

describe('the profile', () => {
  it('is that of the flag, else of the environment, else the default one', () => {
    expect(chooseProfile(loaded, undefined, {})).toMatchObject({ name: 'dev', source: 'default' });
    expect(chooseProfile(loaded, undefined, { PERENNIAL_PROFILE: 'production' })).toMatchObject({
      name: 'production',
      source: 'environment',
    });
    expect(chooseProfile(loaded, 'dev', { PERENNIAL_PROFILE: 'production' })).toMatchObject({ name: 'dev', source: 'flag' });
    expect(chooseProfile(null, undefined, {})).toEqual({ name: null, source: null, profile: {} });
  });

  it('reads folders and files from where the configuration lies', () => {
    expect(chooseProfile(loaded, 'dev', {}).profile).toEqual({
      store: '/project/data/store',
      pipelines: ['/project/a.ts', '/elsewhere/b.ts'],
    });
    expect(chooseProfile(loaded, 'production', {}).profile.store).toBe('s3://models/prod');
  });

  it('that does not exist is refused with those that do', () => {
    expect(() => chooseProfile(loaded, 'prod', {})).toThrow(/no profile "prod"[^]*dev, production/);
    expect(() => chooseProfile(null, undefined, { PERENNIAL_PROFILE: 'prod' })).toThrow(/no perennial\.config\.ts/);
  });
});

describe('a configuration', () => {
  it('is refused with every problem at once', () => {
    const wrong = {
      profile: {},
      defaultProfile: 'live',
      profiles: { Dev: {}, staging: { adress: 'a:1', address: 'nowhere', store: '', pools: [], pipelines: 'a.ts' }, none: null },
    };
    let problems: unknown = null;
    try {
      checkConfig(wrong, 'perennial.config.ts');
    } catch (error) {
      problems = (error as { details: { problems: unknown } }).details.problems;
    }
    expect((problems as { path: string }[]).map(({ path }) => path)).toEqual([
      'profile',
      'profiles.Dev',
      'profiles.staging.adress',
      'profiles.staging.store',
      'profiles.staging.address',
      'profiles.staging.pools',
      'profiles.staging.pipelines',
      'profiles.none',
      'defaultProfile',
    ]);
    expect(() => checkConfig(wrong, 'f')).toThrow(/adress: unknown; valid are address, namespace, store/);
  });

  it('with several profiles and no `dev` names its default', () => {
    expect(() => checkConfig({ profiles: { a: {}, b: {} } }, 'f')).toThrow(/defaultProfile: name the profile/);
    expect(() => checkConfig(undefined, 'f')).toThrow(/\(all\): expected defineConfig/);
    expect(checkConfig({ profiles: { a: {} } }, 'f')).toEqual({ profiles: { a: {} } });
  });
});
