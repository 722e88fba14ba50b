import { existsSync, readdirSync } from 'node:fs';
import { afterAll, describe, expect } from '@jest/globals';
import type { Plan } from '../../../src/contracts/plan.js';
import type { StepState, StepStatus } from '../../../src/contracts/run.js';
import { definePipeline, drawMermaid } from '../../../src/index.js';
import { pictureProblems } from '../../browser/mermaid-picture.js';
import { closeTestBrowser, itInBrowser, startTestBrowser } from '../../browser/test-browser.js';

const EXAMPLES = readdirSync('examples').filter((name) => existsSync(`examples/${name}/pipeline.ts`));
/** Each is text of a person; in some place of Mermaid, or of the HTML that it makes, each has a meaning. */
const DESCRIPTIONS = [
  'rows > 10 & rows < 20, "so" #1',
  '<b>bold</b> &amp; &#38; #35; #quot;',
  '1. first',
  '- a list',
  '# heading',
  '> quote',
  '*a* _b_ `c` ~~d~~',
  'end',
  'a|b]} --> c',
  '%% comment',
  'https://example.org/x',
  'x'.repeat(60),
  'costs $$5 and $$6',
  'back\\slash, ünïcode and 😀',
];
const STATUSES: readonly StepStatus[] = [
  'pending',
  'running',
  'waiting',
  'blocked',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
];

const browser = await startTestBrowser();

/** A pipeline of steps in a row. */
const rowOf = (descriptions: readonly string[]): Plan =>
  definePipeline('row', { params: {} }, (p) => {
    let previous = p.step('step-0', { description: descriptions[0] ?? '', run: () => 0 });
    for (const [index, description] of descriptions.slice(1).entries())
      previous = p.step(`step-${index + 1}`, { inputs: { previous }, description, run: () => 0 });
  }).plan;

const stateOf = (status: StepStatus, index: number): StepState => ({
  id: `step-${index}`,
  kind: 'step',
  status,
  onFailure: 'fail',
  startedAt: null,
  finishedAt: null,
  seconds: 1.5,
  cached: false,
  metrics: {},
  failure: null,
  waitingFor: null,
  reason: 'load.rows (7) > 10 does not hold',
});

describe('a picture that drawMermaid makes can be drawn and read', () => {
  afterAll(() => closeTestBrowser(browser));

  for (const name of EXAMPLES)
    itInBrowser(browser, `of examples/${name}`, async (opened) => {
      const { default: example } = (await import(`../../../examples/${name}/pipeline.js`)) as { default: { plan: Plan } };
      expect(await pictureProblems(opened, drawMermaid(example.plan))).toEqual([]);
    });

  itInBrowser(browser, 'of descriptions that Mermaid could take for its own signs', async (opened) => {
    expect(await pictureProblems(opened, drawMermaid(rowOf(DESCRIPTIONS)))).toEqual([]);
  });

  itInBrowser(browser, 'of a run with steps in every state', async (opened) => {
    const plan = rowOf(STATUSES);
    expect(await pictureProblems(opened, drawMermaid(plan, { states: STATUSES.map(stateOf) }))).toEqual([]);
  });
});
