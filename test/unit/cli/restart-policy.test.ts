import { describe, expect, it } from '@jest/globals';
import { comesBack, describeProcessEnd, type Life, RestartPauses } from '../../../src/cli/supervisor/restart-policy.js';
import { isToBeSupervised } from '../../../src/cli/supervisor/supervise.js';

const crashed = (life: Partial<Life> = {}): Life => ({
  end: { exitCode: null, signal: 'SIGSEGV' },
  healthyMs: 1_000,
  saidSo: false,
  ...life,
});

describe('a command that keeps running', () => {
  it.each([
    ['crashed after it was ready', crashed(), true, true],
    ['called process.exit(0) in the background', crashed({ end: { exitCode: 0, signal: null } }), true, true],
    ['threw where nobody catches', crashed({ end: { exitCode: 1, signal: null } }), true, true],
    ['crashed before it was ever ready', crashed({ healthyMs: null }), false, false],
    ['had wrong flags', crashed({ end: { exitCode: 2, signal: null }, healthyMs: null, saidSo: true }), false, false],
    [
      'came back too early for its server',
      crashed({ end: { exitCode: 3, signal: null }, healthyMs: null, saidSo: true }),
      true,
      true,
    ],
    ['came to its end by itself', crashed({ end: { exitCode: 1, signal: null }, saidSo: true }), true, false],
    ['was interrupted on its own', crashed({ end: { exitCode: 130, signal: null } }), true, false],
  ])('that %s', (_what, life, wasReady, back) => {
    expect(comesBack(life, wasReady)).toBe(back);
  });

  it('pauses longer each time, half a minute at most, and as short as at first after it was well for a minute', () => {
    const pauses = new RestartPauses();
    const early = Array.from({ length: 8 }, () => pauses.after({ healthyMs: 100 }));
    expect(early).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(pauses.after({ healthyMs: null })).toBe(30_000);
    expect([pauses.after({ healthyMs: 60_000 }), pauses.after({ healthyMs: 59_999 })]).toEqual([500, 1_000]);
  });

  it('says how its process ended', () => {
    expect(describeProcessEnd({ exitCode: null, signal: 'SIGSEGV' })).toBe('was ended by SIGSEGV (native code crashed)');
    expect(describeProcessEnd({ exitCode: null, signal: 'SIGUSR2' })).toBe('was ended by SIGUSR2');
    expect(describeProcessEnd({ exitCode: 7, signal: null })).toBe('ended with exit code 7');
  });

  it('is one of three, unless it is asked for help or not to come back', () => {
    expect([['worker', 'a.ts'], ['serve'], ['dev', '--json']].map(isToBeSupervised)).toEqual([true, true, true]);
    const others = [['run', 'a.ts', '--worker'], ['worker', 'a.ts', '--no-restart'], ['dev', '--help'], ['help', 'worker'], []];
    expect(others.some(isToBeSupervised)).toBe(false);
  });
});
