import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { EXIT, exitCodeOfError, exitCodeOfRun } from '../../../src/cli/exit-codes.js';
import { errorAsJson, renderError } from '../../../src/cli/render/render-error.js';
import { toPipelineError } from '../../../src/cli/to-pipeline-error.js';
import { wantsColours } from '../../../src/cli/terminal.js';
import { PipelineError } from '../../../src/errors/pipeline-error.js';

const plain = pc.createColors(false);

describe('renderError', () => {
  it('shows code, what, where, expected, got and what to do', () => {
    const error = new PipelineError('CLI_PIPELINE_FILE', {
      what: 'the default export is not a pipeline',
      where: 'a.ts',
      expected: 'a pipeline',
      received: 'number 1',
    });
    expect(renderError(error, plain, false)).toBe(
      [
        'error CLI_PIPELINE_FILE the default export is not a pipeline',
        '  where    a.ts',
        '  expected a pipeline',
        '  got      number 1',
        '  do       Give the path of a TypeScript or JavaScript file that ends in `export default definePipeline(...)`.',
      ].join('\n'),
    );
  });

  it('gives an unexpected failure a code too, and its stack only when asked', async () => {
    expect(renderError(await toPipelineError(new TypeError('x is not a function')), plain, false)).toMatch(
      /^error CLI_UNEXPECTED TypeError: x is not a function\n {2}do .*PERENNIAL_DEBUG=1/,
    );
    expect(renderError(await toPipelineError(new TypeError('x is not a function')), plain, true)).toContain('render-error.test');
  });

  it('has the same parts as JSON', () => {
    expect(errorAsJson(new PipelineError('CLI_USAGE', { what: 'w', received: 'r' }))).toEqual({
      error: {
        code: 'CLI_USAGE',
        what: 'w',
        where: null,
        expected: null,
        received: 'r',
        cure: expect.stringContaining('--help'),
        retryable: false,
        details: null,
      },
    });
  });
});

describe('exit codes', () => {
  it('tell wrong input, no connection and failure apart', () => {
    expect(exitCodeOfError(new PipelineError('CLI_USAGE', { what: '' }))).toBe(EXIT.usage);
    expect(exitCodeOfError(new PipelineError('TEMPORAL_CONFIG_INVALID', { what: '' }))).toBe(EXIT.usage);
    expect(exitCodeOfError(new PipelineError('TEMPORAL_UNREACHABLE', { what: '' }))).toBe(EXIT.unreachable);
    expect(exitCodeOfError(new PipelineError('TEMPORAL_SERVER_FAILED', { what: '' }))).toBe(EXIT.failed);
    expect(exitCodeOfError(new Error('boom'))).toBe(EXIT.failed);
  });

  it('tell a run that waits for a person from one that failed', () => {
    expect(
      ['running', 'succeeded', 'failed', 'cancelled', 'waiting', 'blocked'].map((status) => exitCodeOfRun(status as 'running')),
    ).toEqual([0, 0, 1, 1, 4, 4]);
  });
});

describe('wantsColours', () => {
  it('is a terminal without NO_COLOR, or FORCE_COLOR', () => {
    expect(wantsColours({}, true)).toBe(true);
    expect(wantsColours({}, false)).toBe(false);
    expect(wantsColours({ NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false);
    expect(wantsColours({ FORCE_COLOR: '1' }, false)).toBe(true);
    expect(wantsColours({ TERM: 'dumb' }, true)).toBe(false);
  });
});
