import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import cachedTraining from '../../examples/cached-training/pipeline.js';
import { type InProcessResult, runInProcess } from '../../src/testing/index.js';
import { openObjectStore } from '../../src/store/open-store.js';
import { previewRun } from '../../src/worker/preview/preview-run.js';

const ALL = ['ingest', 'validate', 'feature', 'train', 'evaluate', 'summary'];

describe('examples/cached-training', () => {
  let store: string;
  let first: InProcessResult;
  beforeAll(async () => {
    store = await mkdtemp(join(tmpdir(), 'perennial-examples-'));
    first = await runInProcess(cachedTraining, {}, { store });
  });
  afterAll(() => rm(store, { recursive: true, force: true }));

  const computed = ({ steps }: InProcessResult): string[] => steps.filter(({ cached }) => !cached).map(({ id }) => id);
  const preview = async (trees: number): Promise<string[]> => {
    const objects = await openObjectStore(store);
    const steps = await previewRun(cachedTraining, { parameters: { trees }, options: {}, reused: null, objects });
    return steps.map(({ step, verdict, reason }) => `${step} ${verdict}: ${reason}`);
  };

  it('computes all at first', () => {
    expect(first.status).toBe('succeeded');
    expect(computed(first)).toEqual(ALL);
    expect(first.results['summary']).toMatchObject({ text: expect.stringMatching(/^area under the curve: 0\.[6-9]/) });
  });

  it('takes all results when nothing has changed, as the plan says', async () => {
    const kept = (await preview(20)).filter((line) => /^\w+ hit: unchanged since run in-process\/cached-training\//.test(line));
    expect(kept).toHaveLength(ALL.length);
    const second = await runInProcess(cachedTraining, {}, { store });
    expect(computed(second)).toEqual([]);
    expect(second.results).toEqual(first.results);
  });

  it('runs what depends on a changed parameter, as the plan says', async () => {
    const planned = await preview(30);
    expect(planned.slice(0, 3)).toEqual(ALL.slice(0, 3).map((step) => expect.stringMatching(`^${step} hit: `)));
    expect(planned.slice(3)).toEqual([
      'train runs: parameter trees changed: 20 -> 30',
      'evaluate later: decided when train has run',
      'summary later: decided when evaluate has run',
    ]);
    const changed = await runInProcess(cachedTraining, { trees: 30 }, { store });
    expect(computed(changed)).toEqual(['train', 'evaluate', 'summary']);
  });
});
