import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { boundCause, boundError, cutJson, cutText } from '../../../src/errors/bounded-failure.js';
import { thrownText } from '../../../src/errors/describe-thrown.js';
import { isPipelineError, PipelineError } from '../../../src/errors/pipeline-error.js';
import { stepFailure } from '../../../src/worker/step/attempt/step-failure.js';
import { localFailure } from '../../../workflows/steps/step-failure.js';

const refuse = (): never => {
  throw new Error('do not touch me');
};
const traps = { get: refuse, has: refuse, getPrototypeOf: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse };
const circle = new Error('round');
circle.cause = new Error('and round', { cause: circle });
const endless = Array.from({ length: 5_000 }).reduce<Error>(
  (cause, _, n) => new Error(`link ${n}`, { cause }),
  new Error('first'),
);

const HOSTILE: { readonly [name: string]: unknown } = {
  'a toString that throws': { toString: refuse, toJSON: refuse },
  'getters that throw': Object.defineProperties({}, { message: { get: refuse }, cause: { get: refuse }, stack: { get: refuse } }),
  'a proxy that refuses all': new Proxy({}, traps),
  'a revoked proxy': revoked(),
  'causes in a circle': circle,
  'an endless chain of causes': endless,
  'no prototype': Object.assign(Object.create(null) as object, { message: 'bare' }),
  'a message that is no text': { message: { toString: refuse }, name: Symbol('name') },
  'a function': () => 1,
  'a symbol': Symbol('thrown'),
  nothing: undefined,
  'a big integer': 10n,
  'many errors at once': new AggregateError([new Error('one'), new Proxy({}, traps)], 'both'),
  '10 MB of text': new Error('x'.repeat(10_000_000)),
};

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** What crosses Temporal of a failure, characters of JSON. */
function sizeOf(error: PipelineError): number {
  const { message, details, stack, parts } = boundError(error);
  const cause = parts.cause === undefined ? null : boundCause(parts.cause);
  return JSON.stringify([message, details, stack, String(cause), cause?.stack]).length;
}

describe('whatever a step throws', () => {
  it.each(Object.entries(HOSTILE))('%s becomes a coded error of a few KB that is not tried again', (_, thrown) => {
    expect(isPipelineError(thrown)).toBe(false);
    const error = stepFailure(thrown, 'step "a"');
    expect(error).toMatchObject({ code: 'EXECUTION_STEP_FAILED', retryable: false });
    expect(sizeOf(error)).toBeLessThan(8_000);
    expect(localFailure(thrown).message.length).toBeLessThan(5_000);
  });

  it('is coded for anything at all', () => {
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true, withTypedArray: true });
    fc.assert(
      fc.property(anything, fc.anything(), (thrown, cause) => {
        expect(stepFailure(thrown, 'here').code).toBe('EXECUTION_STEP_FAILED');
        expect(sizeOf(stepFailure(new Error('with a cause', { cause }), 'here'))).toBeLessThan(8_000);
      }),
      { numRuns: 200 },
    );
  });

  it('is told with its message and its causes', () => {
    const text = thrownText;
    expect(text(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED ::1') }))).toBe(
      'TypeError: fetch failed (because of Error: connect ECONNREFUSED ::1)',
    );
    expect(text({ message: 'plain' })).toBe('a thrown object: plain');
    expect(text({ status: 404 })).toBe('a thrown object: {"status":404}');
    expect(text('words')).toBe('a thrown string: words');
    expect(text(HOSTILE['causes in a circle'])).toBe('Error: round (because of Error: and round)');
    expect(text(HOSTILE['a proxy that refuses all'])).toBe('a thrown object that cannot be read');
  });

  it.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'UND_ERR_SOCKET'])('is tried again when its cause is %s', (code) => {
    const cause = new AggregateError([Object.assign(new Error(`connect ${code}`), { code })]);
    expect(stepFailure(new TypeError('fetch failed', { cause }), 'here').retryable).toBe(true);
  });
});

describe('an error that is too long', () => {
  it('keeps its code, its word on retries, and the head and the tail of its reason', () => {
    const what = `the head ${'x'.repeat(10_000_000)} the tail`;
    for (const retryable of [true, false]) {
      const error = boundError(
        new PipelineError('STORE_UNREACHABLE', { what, retryable, details: { rows: what, list: [what, what] } }),
      );
      expect(error).toMatchObject({ code: 'STORE_UNREACHABLE', retryable });
      expect(error.message).toMatch(/^the head x.*\[9998518 characters left out\].* the tail\./);
      expect(sizeOf(error)).toBeLessThan(8_000);
    }
  });

  it('is left as it is when it is short', () => {
    const details = { a: [1, 2, { b: 'c' }] };
    expect(cutJson(details)).toBe(details);
    expect(cutText('short', 5)).toBe('short');
  });

  it('has its details cut for any of them', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 1, max: 3_000 }), (value, copies) => {
        const many = { value: Array.from({ length: copies }, () => value), text: 'x'.repeat(copies) } as PipelineError['details'];
        expect(JSON.stringify(cutJson(many)).length).toBeLessThanOrEqual(2_000);
      }),
      { numRuns: 50 },
    );
  });
});
