import { describe, expect, it } from '@jest/globals';
import { type EndFacts, exitFailure } from '../../../src/command/program/exit-failure.js';
import { parseFailure } from '../../../src/command/program/failure-file.js';
import { parseMetric } from '../../../src/command/files/metrics-file.js';
import { parseMemoryKills } from '../../../src/command/memory/out-of-memory.js';

const facts = (end: Partial<EndFacts['end']>, more: Partial<EndFacts> = {}): EndFacts => ({
  end: { exitCode: null, signal: null, startError: null, ...end },
  program: './train.sh',
  where: 'step "train"',
  path: '/usr/bin',
  told: null,
  tail: [],
  outOfMemory: false,
  ...more,
});

describe('the end of a program', () => {
  it.each([
    ['exit code 1', facts({ exitCode: 1 }), 'COMMAND_FAILED', false],
    ['exit code 125', facts({ exitCode: 125 }), 'COMMAND_FAILED', false],
    [
      'a failure that says that it may pass',
      facts({ exitCode: 3 }, { told: parseFailure('{"message":"busy","retryable":true}') }),
      'COMMAND_FAILED',
      true,
    ],
    ['a failure in words', facts({ exitCode: 3 }, { told: parseFailure('no such table') }), 'COMMAND_FAILED', false],
    ['126', facts({ exitCode: 126 }), 'COMMAND_NOT_EXECUTABLE', false],
    ['127', facts({ exitCode: 127 }), 'COMMAND_NOT_FOUND', false],
    ['137 of a shell', facts({ exitCode: 137 }), 'COMMAND_KILLED', true],
    ['143 of a shell', facts({ exitCode: 143 }), 'COMMAND_KILLED', true],
    ['a signal', facts({ signal: 'SIGSEGV' }), 'COMMAND_KILLED', true],
    ['a kill by the kernel', facts({ signal: 'SIGKILL' }, { outOfMemory: true }), 'COMMAND_OUT_OF_MEMORY', true],
    ['an error of memory', facts({ exitCode: 1 }, { tail: ['MemoryError'] }), 'COMMAND_OUT_OF_MEMORY', false],
    ['a full disk', facts({ exitCode: 1 }, { tail: ['OSError: [Errno 28] No space left on device'] }), 'COMMAND_DISK_FULL', true],
    ['no such program', facts({ startError: 'ENOENT' }), 'COMMAND_NOT_FOUND', false],
    ['no right to execute', facts({ startError: 'EACCES' }), 'COMMAND_NOT_EXECUTABLE', false],
    ['255', facts({ exitCode: 255 }), 'COMMAND_FAILED', false],
  ])('by %s', (_, end, code, retryable) => {
    expect(exitFailure(end)).toMatchObject({ code, retryable });
  });

  it('is no failure with exit code 0', () => {
    expect(exitFailure(facts({ exitCode: 0 }, { tail: ['MemoryError was handled'] }))).toBeNull();
  });

  it('is told with the words of the program, and the PATH when something was not found', () => {
    const told = exitFailure(facts({ exitCode: 2 }, { told: { message: 'no rows', retryable: false }, tail: ['bye'] }));
    expect(told?.message).toContain('"./train.sh" ended with exit code 2: no rows');
    expect(exitFailure(facts({ exitCode: 2 }, { tail: ['a', 'b'] }))?.message).toContain('a | b');
    expect(exitFailure(facts({ startError: 'ENOENT' }))?.message).toContain('PATH is /usr/bin');
  });
});

describe('what a program writes', () => {
  it.each([
    ['{"name":"loss","value":0.5,"step":3}', { name: 'loss', value: 0.5 }],
    ['{"name": "loss", "value": NaN}', { name: 'loss', value: Number.NaN }],
    ['{"value": -Infinity, "name": "loss"}', { name: 'loss', value: Number.NaN }],
    ['{"name":"x","value":"high"}', { name: 'x', value: Number.NaN }],
    ['{"name":"x"}', null],
    ['loss = 1', null],
    ['[1]', null],
  ])('%s', (line, metric) => {
    expect(parseMetric(line)).toEqual(metric);
  });

  it('and what the kernel tells of memory', () => {
    expect(parseMemoryKills('low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n')).toBe(2);
    expect(parseMemoryKills('')).toBe(0);
  });
});
