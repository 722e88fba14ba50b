import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from '../../../src/contracts/json.js';
import { definePipeline } from '../../../src/index.js';
import { callStage } from '../../../workflows/stages/call.js';
import type { StageHost } from '../../../workflows/stages/stage-host.js';

const called = (end: JsonValue): Promise<JsonValue> =>
  callStage({
    config: { pipeline: 'other', parameters: {} },
    inputs: {},
    runChild: () => Promise.resolve(end),
  } as unknown as StageHost);

describe('the result of a called pipeline', () => {
  it('is what it gives, and of a hand-written workflow what it returns', async () => {
    const run = { pipeline: 'other', planHash: 'abc', status: 'succeeded', results: {}, steps: [] };
    expect(await called({ ...run, result: 4 })).toBe(4);
    expect(await called(run)).toBeNull();
    expect(await called({ result: 4, more: 5 })).toEqual({ result: 4, more: 5 });
    expect(await called('text')).toBe('text');
  });
});

describe('a reference that is used as a value', () => {
  it('names the step, the field and where the definition was', () => {
    const define = (): unknown =>
      definePipeline('mistaken', { params: {} }, (p) => {
        const first = p.step('first', { run: () => ({ a: 1 }) });
        p.step('second-' + (first as unknown as string), { run: () => 1 });
      });
    expect(define).toThrow(/the reference to step "first" was used as a string[^]*pipeline "mistaken", after step "first"/);
  });
});
