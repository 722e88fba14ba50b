import { describe, expect, it } from '@jest/globals';
import { instance } from '@viz-js/viz';
import type { Plan, PlanStep } from '../../../../src/contracts/plan.js';
import type { StepState } from '../../../../src/contracts/run.js';
import { drawDot, drawMermaid, drawSvg, drawTerminal } from '../../../../src/index.js';

const step = (id: string, kind: PlanStep['kind'], more: Partial<PlanStep> = {}): PlanStep => ({
  id,
  kind,
  needs: [],
  inputs: {},
  config: {},
  resources: {},
  timeoutMs: 1,
  heartbeatTimeoutMs: 1,
  onFailure: 'fail',
  retry: { maximumAttempts: 1, initialIntervalMs: 1, backoffCoefficient: 1, maximumIntervalMs: 1 },
  ...more,
});

/** A map with a body, a branch behind a condition, and a join. */
const plan: Plan = {
  formatVersion: 2,
  pipeline: 'pictures',
  hash: 'ab'.repeat(32),
  parameters: {},
  steps: [
    step('load', 'step', { description: 'the "airports"' }),
    step('per-airport', 'map', {
      needs: ['load'],
      inputs: { items: { step: 'load' } },
      body: {
        steps: [step('fit', 'step'), step('score', 'step', { needs: ['fit'], inputs: { model: { step: 'fit' } } })],
        result: { step: 'score' },
      },
    }),
    step('notify', 'step', {
      needs: ['load'],
      when: [{ condition: { op: 'gt', left: { step: 'load', path: ['rows'] }, right: { value: 10 } }, is: true }],
    }),
    step('both', 'join', { needs: ['per-airport', 'notify'], join: 'any' }),
  ],
};
const state = (id: string, status: StepState['status'], more: Partial<StepState> = {}): StepState => ({
  id,
  kind: 'step',
  status,
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
const states = [
  state('load', 'succeeded', { seconds: 1.25, cached: true }),
  state('per-airport', 'running', { items: { done: 3, failed: 1, total: 5 } }),
  state('notify', 'skipped', { reason: 'load.rows (7) > 10 does not hold' }),
];

describe('a plan with branches and bodies', () => {
  it('in the terminal: bodies stand below their step, conditions and joins in words', () => {
    expect(drawTerminal(plan).split('\n').slice(2, -1)).toEqual([
      '○    load         step      the "airports"',
      '│',
      '├─○  per-airport  map       items: load',
      '│ │  ┆ each item of per-airport:',
      '│ │  ┆ ○  fit    step',
      '│ │  ┆ │',
      '│ │  ┆ ○  score  step      model: fit',
      '│ │',
      '○ │  notify       step      when load.rows > 10',
      '│ │',
      '○─╯  both         join      any of its branches',
    ]);
  });

  it('shows what became of each step in every drawing, in words', async () => {
    const drawings = [
      drawTerminal(plan, { states }),
      drawMermaid(plan, { states }),
      drawDot(plan, { states }),
      await drawSvg(plan, { states }),
    ];
    for (const drawing of drawings) {
      const text = drawing.replaceAll('&#45;', '-').replaceAll('\\n', ' ').replaceAll('&gt;', '>').replaceAll('#62;', '>');
      expect(text).toMatch(/succeeded,? +1\.3 s,? +cached/);
      expect(text).toMatch(/running,? +3 of 5, 1 failed/);
      expect(text).toMatch(/skipped/);
      expect(text).toMatch(/pending/);
      expect(text).toContain('each item of per-airport');
    }
  });

  it('in Mermaid: a frame for the body, dotted edges for what only decides, colours by status', () => {
    const drawing = drawMermaid(plan, { states });
    expect(drawing).toContain(
      '  subgraph s1b["each item of per-airport"]\n    s2["fit<br>step"]\n    s3["score<br>step"]\n    s2 -->|"model"| s3\n  end\n',
    );
    expect(drawing).toContain('  s0 -.->|"when"| s4\n');
    expect(drawing).toContain('  class s4 skipped');
  });

  it('in DOT: what Graphviz takes, with the same steps and edges', async () => {
    const graph = (await instance()).renderJSON(drawDot(plan, { states })) as {
      objects: { name: string; fillcolor?: string }[];
      edges: { style: string; label?: string }[];
    };
    const nodes = graph.objects.filter(({ name }) => !name.startsWith('cluster_')).map(({ name }) => name);
    expect(nodes.sort()).toEqual(['both', 'fit', 'load', 'notify', 'per-airport', 'score']);
    expect(graph.objects.some(({ name }) => name === 'cluster_per-airport')).toBe(true);
    expect(graph.edges.map(({ style, label }) => `${style} ${label ?? ''}`.trim()).sort()).toEqual([
      'dashed',
      'dashed when',
      'dotted',
      'dotted',
      'solid items',
      'solid model',
    ]);
  });

  it('is the same each time', async () => {
    expect(await drawSvg(plan, { states })).toBe(await drawSvg(plan, { states }));
  });
});
