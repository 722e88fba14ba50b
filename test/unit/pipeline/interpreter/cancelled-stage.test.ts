import { expect, it } from '@jest/globals';
import { definePipeline } from '../../../../src/index.js';
import { RunDriver } from '../../../../workflows/run/run-driver.js';
import { cancelledFailure } from '../../../../workflows/steps/step-failure.js';

it.each(['deploy', 'tune', 'evaluate'])(
  'a cancelled %s is named in its failure, though its stage does not know its own name',
  async (id) => {
    const { plan } = definePipeline('stopped', { params: {} }, (p) => {
      p.step(id, { onFailure: 'continue', run: () => null });
    });
    const stop = new AbortController();
    const driver = new RunDriver(
      plan,
      {},
      {
        now: () => 0,
        failureOf: () => cancelledFailure('step'),
        readOperands: () => Promise.resolve([]),
        author: null,
        decided: () => undefined,
        timer: () => ({ done: new Promise<void>(() => undefined), cancel: () => undefined }),
        runStep: () => ({
          done: new Promise((_resolve, reject) => {
            stop.signal.addEventListener('abort', () => {
              reject(new Error('cancelled between two activities'));
            });
          }),
          cancel: () => {
            stop.abort();
          },
        }),
        changed: () => undefined,
      },
    );
    const end = driver.run();
    driver.cancelStep({ step: id });
    await end;
    expect(driver.status().steps).toMatchObject([{ id, status: 'cancelled', failure: { message: `"${id}" was cancelled` } }]);
  },
);
