import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';

/** Of npm itself: it decides what an engine satisfies. It brings no types. */
const semver = createRequire(import.meta.url)('semver') as {
  minVersion(range: string): { readonly version: string } | null;
  satisfies(version: string, range: string): boolean;
};
type Locked = { readonly dev?: boolean; readonly version?: string; readonly engines?: { readonly node?: string } };
const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8')) as { packages: { readonly [path: string]: Locked } };
const { engines } = JSON.parse(await readFile('package.json', 'utf8')) as { engines: { readonly node: string } };

describe('what is installed with the package', () => {
  it('runs on the oldest Node that the package names', () => {
    const oldest = semver.minVersion(engines.node)?.version ?? '';
    expect(oldest).toBe('20.19.0');
    const installed = Object.entries(packages).filter(([name, { dev }]) => name !== '' && dev !== true);
    expect(installed.length).toBeGreaterThan(200);
    const needsNewer = installed.filter(
      ([, one]) => one.engines?.node !== undefined && !semver.satisfies(oldest, one.engines.node),
    );
    expect(needsNewer.map(([name, one]) => `${name} ${one.version ?? ''} needs Node ${one.engines?.node ?? ''}`)).toEqual([]);
  });
});
