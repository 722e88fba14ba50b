// Checked by `npm run typecheck`: every line under an expectation must not compile.
import { definePipeline, param } from '../../src/index.js';
import type { Pipeline } from '../../src/index.js';
import { createLifecycle, failAttempt, killWorkerAt, liveThrough, runInProcess, withDoubles } from '../../src/testing/index.js';
import type { LifeWindow } from '../../src/testing/index.js';
import { perennial } from '../../workflows/own/index.js';

const priced = definePipeline('priced', { params: { count: param.integer() } }, (p) =>
  p.step('price', { run: () => ({ total: 3 }) }),
);
const window: LifeWindow = {
  at: '2040-01-01',
  drift: { distance: 0.3 },
  performance: { roc_auc: 0.6 },
  retrainNow: { by: 'ada' },
};

export async function good(any: Pipeline): Promise<number> {
  const doubled: typeof priced = withDoubles(priced, { fakes: { price: (inputs) => ({ total: Object.keys(inputs).length }) } });
  await runInProcess(
    doubled,
    { count: 2 },
    { store: 's', faults: [failAttempt('price', 1), killWorkerAt('price', { point: 'end' })] },
  );
  await liveThrough(priced, { windows: [window], onRetrain: (n) => (n > 1 ? 'rolled-back' : 'failed') });
  const scripted = await createLifecycle(any, { onRetrain: () => Promise.resolve('rejected'), retrainMs: 1_000 });
  const faked = await createLifecycle(any, { fakes: { price: () => 3 }, faults: [failAttempt('price', 1)] });
  const { aheadMs } = await scripted.live([window]);
  const [first] = (await faked.live([window])).retrains;
  return aheadMs + (first?.endedAt?.length ?? 0);
}

export async function goodWorkflow(): Promise<number> {
  return perennial<{ price: { total: number } }, number>({ pipeline: 'priced', params: { count: 2 } }, async (stages) => {
    const { total } = await stages.step('price', { n: 1 }, { params: { count: 3 } });
    const trained = await stages.train();
    const { approved } = await stages.approval('ask', { message: 'good?', expiresMs: 1_000 });
    return total + Object.keys(trained).length + (approved ? 1 : 0);
  });
}

export async function wrong(any: Pipeline): Promise<void> {
  // @ts-expect-error a fake gives JSON
  withDoubles(priced, { fakes: { price: () => new Map() } });
  // @ts-expect-error there is no such point
  killWorkerAt('price', { point: 'middle' });
  // @ts-expect-error a code is one of ours
  failAttempt('price', 1, { code: 'NO_SUCH_CODE' });
  // @ts-expect-error a retrain cannot end so
  await liveThrough(priced, { windows: [window], onRetrain: () => 'perhaps' });
  // @ts-expect-error a window has a time
  await liveThrough(priced, { windows: [{ drift: { distance: 0.3 } }] });
  // @ts-expect-error a score is a number
  await liveThrough(priced, { windows: [{ at: '2040-01-01', drift: { distance: 'much' } }] });
  // @ts-expect-error retrains are scripted or run with fakes, not both
  await createLifecycle(any, { onRetrain: () => 'promoted', fakes: { price: () => 3 } });
  // @ts-expect-error how long a run of the pipeline takes is its own affair
  await createLifecycle(any, { retrainMs: 1_000, faults: [failAttempt('price', 1)] });
}

export async function wrongWorkflow(): Promise<void> {
  // @ts-expect-error a workflow is of a pipeline
  await perennial({ params: { count: 2 } }, () => Promise.resolve(null));
  await perennial<{ price: { total: number } }, null>({ pipeline: 'priced' }, async (stages) => {
    // @ts-expect-error the pipeline has no such step
    await stages.step('prize');
    // @ts-expect-error the result has no such field
    (await stages.step('price')).sum;
    // @ts-expect-error an input is JSON
    await stages.step('price', { when: new Date() });
    // @ts-expect-error there is no such stage
    await stages.tarin();
    // @ts-expect-error a time-out is a number of milliseconds
    await stages.approval('ask', { expiresMs: '2 days' });
    // @ts-expect-error a kind is one of five
    await stages.signalTraining('m', { id: 'x', kind: 'mood', at: '2040-01-01' });
    return null;
  });
}
