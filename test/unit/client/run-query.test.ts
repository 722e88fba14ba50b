import { describe, expect, it } from '@jest/globals';
import { parseMetric } from '../../../src/cli/commands/watching/runs.js';
import { runQuery } from '../../../src/client/runs/run-query.js';

describe('runQuery', () => {
  it('asks for everything that is given, and leaves out what serves runs', () => {
    const query = runQuery({
      model: 'm',
      trigger: 'dataset flights',
      since: '2026-01-01T00:00:00.000Z',
      metric: { op: '>', value: 0.8 },
    });
    expect(query).toContain(
      '(MlModel = "m") AND (MlTrigger STARTS_WITH "dataset flights") AND (StartTime >= "2026-01-01T00:00:00.000Z")',
    );
    expect(query).toContain('(MlMetric > 0.8) AND (WorkflowType NOT IN ("deliverNotice", ');
  });

  it('takes a query of the caller as it is, with nothing left out', () => {
    expect(runQuery({ query: 'WorkflowType = "deliverNotice"' })).toBe('(WorkflowType = "deliverNotice")');
    expect(runQuery({ all: true })).toBeUndefined();
  });

  it('lets no name break out of its quotes', () => {
    expect(runQuery({ pipeline: 'a" OR WorkflowType != "', all: true })).toBe('(WorkflowType = "a\\" OR WorkflowType != \\"")');
  });
});

describe('--metric', () => {
  it.each([
    ['>0.8', { op: '>', value: 0.8 }],
    ['<= -1e-3', { op: '<=', value: -0.001 }],
    ['0.5', { op: '=', value: 0.5 }],
  ])('reads %s', (text, expected) => {
    expect(parseMetric(text)).toEqual(expected);
  });

  it.each(['', '>', 'high', '> 1 2', '!=3'])('refuses "%s"', (text) => {
    expect(() => parseMetric(text)).toThrow('expected a comparison');
  });
});
