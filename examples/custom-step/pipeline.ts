import { definePipeline, param } from 'perennial-ml';

/** Estimates pi by throwing darts: one step that logs, tells its progress, and can go on where an earlier attempt stopped. */
export default definePipeline(
  'custom-step',
  { params: { darts: param.integer({ min: 1, default: 200_000 }), tolerance: param.number({ default: 0.05 }) } },
  (p) => {
    const thrown = p.step('throw', {
      grace: '5 seconds',
      run: async (_inputs, { parameters, seed, signal, log, progress, checkpoint, restore, metric }) => {
        const total = parameters.darts;
        const saved = await restore();
        let { hits, done, state } = saved === null ? { hits: 0, done: 0, state: seed } : (JSON.parse(saved.toString()) as State);
        const random = (): number => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          return state / 2 ** 32;
        };
        for (; done < total; done++) {
          if (done % 50_000 === 0) {
            signal.throwIfAborted();
            progress(done, total, `${hits} hits`);
            await checkpoint(Buffer.from(JSON.stringify({ hits, done, state } satisfies State)));
          }
          if (random() ** 2 + random() ** 2 < 1) hits += 1;
        }
        log.info('all darts are thrown', { hits, total });
        metric('pi', (4 * hits) / total);
        return { hits, total };
      },
    });
    p.step('judge', {
      inputs: { thrown },
      run: ({ thrown: { hits, total } }, { parameters }) => ({
        near: Math.abs((4 * hits) / total - Math.PI) < parameters.tolerance,
      }),
    });
  },
);

type State = { readonly hits: number; readonly done: number; readonly state: number };
