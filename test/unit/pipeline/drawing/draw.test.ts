import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StepState } from '../../../../src/contracts/run.js';
import { drawMermaid, drawTerminal } from '../../../../src/index.js';
import { layRails } from '../../../../src/pipeline/drawing/rail-layout.js';
import { topologicalOrder } from '../../../../src/pipeline/plan/topological-order.js';
import { define, trained } from '../flights.js';

const { plan } = define((p) => {
  const { model, checked } = trained(p);
  const look = p.step('look', { inputs: { checked }, description: 'reads the "report"', run: () => null });
  const evaluation = p.evaluate(model);
  p.deploy(evaluation, { after: [p.approval('approve', { message: 'Ship?', after: [look] })] });
});

const state = (id: string, more: Partial<StepState>): StepState => ({
  id,
  kind: 'step',
  status: 'pending',
  onFailure: 'fail',
  startedAt: null,
  finishedAt: null,
  seconds: null,
  cached: false,
  metrics: {},
  failure: null,
  waitingFor: null,
  ...more,
});

describe('the terminal drawing', () => {
  it('shows what waits for what', () => {
    expect(drawTerminal(plan).split('\n').slice(1)).toEqual([
      '',
      '○    ingest    ingest',
      '│',
      '○    validate  validate  dataset: ingest',
      '│',
      '├─○  feature   feature   dataset: validate.dataset',
      '│ │',
      '│ ○  train     train     features: feature',
      '│ │',
      '○ │  look      step      reads the "report"  checked: validate',
      '│ │',
      '│ ○  evaluate  evaluate  model: train, features: feature',
      '│ │',
      '○ │  approve   approval',
      '│ │',
      '○─╯  deploy    deploy    evaluation: evaluate',
      '',
    ]);
  });

  it('shows what became of each step', () => {
    const drawing = drawTerminal(plan, {
      states: [
        state('ingest', { status: 'succeeded', seconds: 1.25, cached: true }),
        state('validate', { status: 'failed', failure: { code: 'DATA_X', message: 'too few\nrows', details: null } }),
        state('approve', { status: 'waiting', waitingFor: 'approval' }),
      ],
    });
    expect(drawing).toContain('●    ingest    ingest    succeeded  1.3 s  cached\n');
    expect(drawing).toContain('✗    validate  validate  failed  DATA_X: too few\n');
    expect(drawing).toContain('◇ │  approve   approval  waiting  approval\n');
    expect(drawing).toContain('deploy    deploy    pending\n');
  });

  it('has colours only when asked', () => {
    expect(drawTerminal(plan)).toBe(stripVTControlCharacters(drawTerminal(plan)));
    const coloured = drawTerminal(plan, { colours: true });
    expect(coloured).not.toBe(stripVTControlCharacters(coloured));
    expect(stripVTControlCharacters(coloured).replace(/ +$/gm, '')).toBe(drawTerminal(plan));
  });

  it('gives every step its own line and mark, whatever the graph', () => {
    const edges = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 25 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const steps = Array.from({ length: 10 }, (_, id) => ({
          id: `s${id}`,
          needs: pairs.filter(([a, b]) => Math.max(a, b) === id && a !== b).map(([a, b]) => `s${Math.min(a, b)}`),
        }));
        const lines = layRails(topologicalOrder(steps).order);
        expect(lines).toHaveLength(10);
        for (const { cells, mark } of lines) {
          expect(cells.every((cell) => cell.length === 2)).toBe(true);
          expect(cells.filter((cell) => cell.startsWith('*'))).toHaveLength(1);
          expect(cells[mark]).toMatch(/^\*/);
        }
        expect(lines.at(-1)?.below).toEqual([]);
      }),
    );
  });
});

describe('the Mermaid drawing', () => {
  it('names every edge by the input that it feeds', () => {
    const drawing = drawMermaid(plan);
    expect(drawing.split('\n')).toEqual(
      expect.arrayContaining([
        'flowchart TD',
        '  s0[("ingest")]',
        '  s4["look<br>step<br>reads the #34;report#34;"]',
        '  s6{{"approve<br>approval"}}',
        '  s0 -->|"dataset"| s1',
        '  s2 -->|"features"| s5',
        '  s6 -.-> s7',
        '  class s0,s1,s2 data',
      ]),
    );
    const edges = drawing.split('\n').filter((line) => line.includes('->'));
    expect(edges).toHaveLength(plan.steps.reduce((count, step) => count + step.needs.length, 0));
  });
});
