import { beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonPrimitive } from '../../../src/contracts/json.js';
import type { FitHooks, FitResult } from '../../../src/training/gbdt/fit.js';
import { fit as fitSynthetic, synthetic } from '../../unit/training/synthetic.js';

type Control = NonNullable<FitHooks['control']>;

/** Orders by the number of trees: `at[10]` is given once 10 trees are there. */
function orders(at: { readonly [trees: number]: 'snapshot' | 'stop' | { readonly learningRate: number } }) {
  const listeners = new Set<() => void>();
  const given = { stop: false, rate: undefined as JsonPrimitive | undefined, saved: 0 };
  const done = new Set<number>();
  const control: Control = {
    between: (save) => {
      if (save() !== null) given.saved += 1;
      return Promise.resolve(given.stop ? 'stop' : 'continue');
    },
    onOrder: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    value: () => given.rate,
  };
  const evaluated = (trees: number): void => {
    const order = at[trees];
    if (order === undefined || done.has(trees)) return;
    done.add(trees);
    if (order === 'stop') given.stop = true;
    else if (order !== 'snapshot') given.rate = order.learningRate;
    for (const listener of listeners) listener();
  };
  return { control, evaluated, given };
}

const rows = synthetic('binary', 20_000, 5);
const fit = (hooks: Partial<FitHooks> = {}) => fitSynthetic(rows, { parameters: { trees: 45 } }, hooks);
let whole: FitResult;
beforeAll(async () => {
  whole = await fit();
});

describe('training under orders', () => {
  it('gives the same model, bit for bit, when it was interrupted and nothing was changed', async () => {
    const { control, evaluated, given } = orders({ 3: 'snapshot', 9: 'snapshot' });
    const interrupted = await fit({ control, evaluated });
    expect(given.saved).toBeGreaterThanOrEqual(1);
    expect(interrupted).toEqual(whole);
  });

  it('stops early with the trees that it has', async () => {
    const { control, evaluated } = orders({ 4: 'stop' });
    const stopped = await fit({ control, evaluated });
    expect(stopped.end).toBe('stopped');
    expect(stopped.model.trees.length).toBeGreaterThanOrEqual(1);
    expect(stopped.model.trees.length).toBeLessThan(whole.model.trees.length);
    expect(stopped.model.trees).toEqual(whole.model.trees.slice(0, stopped.model.trees.length));
  });

  it('grows later trees with a learning rate that was set meanwhile, and says from which on', async () => {
    const { control, evaluated } = orders({ 4: { learningRate: 0.01 } });
    const changed = await fit({ control, evaluated });
    const [rate] = changed.learningRates ?? [];
    expect(rate?.learningRate).toBe(0.01);
    const from = rate?.fromTree ?? 0;
    expect(changed.model.trees.slice(0, from)).toEqual(whole.model.trees.slice(0, from));
    expect(changed.model.trees[from]).not.toEqual(whole.model.trees[from]);
  });
});
