import { describe, expect, it } from '@jest/globals';
import { PipelineError } from '../../../src/errors/pipeline-error.js';
import { definePipeline, param } from '../../../src/index.js';
import { runInProcess } from '../../../src/testing/index.js';
import { handMade, temporaryFolder, text } from '../execution-fixtures.js';

describe('a run in this process', () => {
  const inFolder = async <T>(work: (store: string) => Promise<T>): Promise<T> => {
    const folder = await temporaryFolder();
    try {
      return await work(folder.path);
    } finally {
      await folder.remove();
    }
  };

  it('follows the plan, retries what may be retried, and answers gates', () =>
    inFolder(async (store) => {
      let tries = 0;
      const pipeline = handMade('local', [
        {
          id: 'shaky',
          run: async () => {
            tries += 1;
            if (tries < 3) throw new PipelineError('STORE_UNREACHABLE', { what: 'no answer' });
            return tries;
          },
        },
        { id: 'ok', kind: 'gate', needs: ['shaky'], config: { message: 'go on?', expiresMs: 60_000 } },
        {
          id: 'end',
          inputs: { tries: { step: 'shaky' }, by: { step: 'ok', path: ['by'] } },
          run: async (inputs) => `${text(inputs['tries'])} ${text(inputs['by'])}`,
        },
      ]);
      const seen: string[] = [];
      const result = await runInProcess(pipeline, {}, { store, onStatus: ({ status }) => seen.push(status) });
      expect(result).toMatchObject({ status: 'succeeded', results: { shaky: 3, end: '3 runInProcess' } });
      expect(seen).toContain('waiting');
      expect(seen.at(-1)).toBe('succeeded');
    }));

  it('gives steps, clean-ups and programs the parameters that are among their inputs', () =>
    inFolder(async (store) => {
      const tidied: unknown[] = [];
      const params = {
        day: param.date(),
        trees: param.integer({ default: 3 }),
        tags: param.list(param.string(), { default: ['a'] }),
      };
      const pipeline = definePipeline('given', { params }, (p) => {
        const one = p.step('one', { run: (_inputs, { parameters: { day } }) => day });
        p.step('all', {
          inputs: { one, trees: p.params.trees, tags: p.params.tags },
          run: ({ one: day, trees, tags }) => ({ day, more: trees + 1, first: tags[0] ?? null }),
        });
        p.command('program', {
          command: ['sh', '-c', `printf '{"day": %s}' "$(cat input/day.json)" > output/result.json`],
          inputs: { day: p.params.day },
          result: { day: param.string() },
        });
        p.finally('tidy', {
          inputs: { one, day: p.params.day },
          run: ({ one: left, day }) => {
            tidied.push(left, day);
            return null;
          },
        });
      });
      const { results } = await runInProcess(pipeline, { day: '2001-02-03' }, { store });
      expect(results).toMatchObject({
        all: { day: '2001-02-03', more: 4, first: 'a' },
        program: { value: { day: '2001-02-03' } },
      });
      expect(tidied).toEqual(['2001-02-03', '2001-02-03']);
      const faked = await runInProcess(
        pipeline,
        { day: '2001-02-03' },
        { store, fakes: { all: ({ trees }) => ({ trees: trees ?? null }) } },
      );
      expect(faked.results['all']).toEqual({ trees: 3 });
    }));

  it('gives a failed run as a result, with what was cancelled and skipped', () =>
    inFolder(async (store) => {
      const pipeline = handMade('local', [
        { id: 'bad', onFailure: 'block', run: () => Promise.reject(new Error('no')) },
        {
          id: 'long',
          run: (_inputs, { signal }) =>
            new Promise((_, reject) => {
              signal.addEventListener('abort', () => {
                reject(signal.reason as Error);
              });
            }),
        },
        { id: 'after', needs: ['bad'], run: async () => 1 },
      ]);
      const { status, steps } = await runInProcess(pipeline, {}, { store });
      expect(status).toBe('failed');
      expect(steps.map((step) => step.status)).toEqual(['failed', 'cancelled', 'skipped']);
      expect(steps[0]?.failure?.code).toBe('EXECUTION_STEP_FAILED');
    }));

  it('ends a step that runs longer than its time-out', () =>
    inFolder(async (store) => {
      const pipeline = handMade('local', [
        {
          id: 'slow',
          timeoutMs: 50,
          run: (_inputs, { signal }) =>
            new Promise((_, reject) => {
              signal.addEventListener('abort', () => {
                reject(new Error('stopped'));
              });
            }),
        },
      ]);
      const { steps } = await runInProcess(pipeline, {}, { store });
      expect(steps[0]?.failure?.code).toBe('EXECUTION_STEP_TIMED_OUT');
    }));

  it('fails a rejected gate', () =>
    inFolder(async (store) => {
      const pipeline = handMade('local', [{ id: 'ok', kind: 'gate', config: { message: 'go?', expiresMs: null } }]);
      const { status, steps } = await runInProcess(pipeline, {}, { store, onApproval: () => 'reject' });
      expect(status).toBe('failed');
      expect(steps[0]?.failure?.code).toBe('EXECUTION_GATE_REJECTED');
    }));

  it('refuses wrong parameters before it starts', () =>
    inFolder(async (store) => {
      const pipeline = handMade('local', [], { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] });
      await expect(runInProcess(pipeline, {}, { store })).rejects.toMatchObject({ code: 'AUTHORING_PARAMETERS_INVALID' });
    }));
});
