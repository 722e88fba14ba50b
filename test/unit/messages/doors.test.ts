import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AdmissionRequest } from '../../../src/contracts/entities/admission.js';
import type { TrainingSignal } from '../../../src/contracts/entities/continuous-training.js';
import { checkMessageSize, MAX_MESSAGE_CHARACTERS } from '../../../src/contracts/limits/message-size.js';
import { askProblems, namesRequest, pickRequest } from '../../../workflows/messages/admission.js';
import { isChange, namesRun } from '../../../workflows/messages/changes.js';
import { steeringProblems } from '../../../workflows/messages/steering.js';
import {
  finishProblems,
  pauseProblems,
  pickTrigger,
  policyProblems,
  promotionProblems,
  requestProblems,
  triggerProblems,
} from '../../../workflows/messages/training.js';
import { jsonBytes } from '../../../workflows/messages/weight.js';

const NOW = Date.parse('2001-03-01T00:00:00Z');
/** Bytes of one message that a workflow remembers at most. */
const MOST_KEPT = 128 * 1024;

type Fields = { readonly [name: string]: unknown };
type Door = {
  /** A payload that is taken. */
  readonly good: Fields;
  /** What the workflow remembers of a payload; null when it turns it away. */
  readonly kept: (payload: never) => unknown;
};
const door = <Payload>(
  good: Fields,
  problems: (payload: Payload) => readonly string[],
  pick: (payload: Payload) => unknown = (payload) => payload,
): Door => ({ good, kept: (payload: never) => (problems(payload).length > 0 ? null : pick(payload)) });
const policy = {
  model: 'm',
  pipeline: 'p',
  on: [{ on: 'drift' }],
  debounceMs: 0,
  coolDownMs: 0,
  budget: { runs: 3, perMs: 1_000 },
  clock: 'event',
  window: { lengthMs: 1_000, from: 'from', to: 'to' },
  parameters: {},
};
const steering = (good: Fields): Door => door(good, steeringProblems);
const named = { step: 'deploy', by: 'eve', reason: 'why not' };
const idOnly = (holds: (payload: unknown) => boolean, good: Fields, kept: string): Door =>
  door(
    good,
    (payload: Fields) => (holds(payload) ? [] : ['wrong']),
    (payload) => payload[kept],
  );

/** Every signal and update that any workflow takes, by the file that declares it. */
const DOORS: { readonly [name: string]: Door } = {
  'run-messages.ts approve': steering(named),
  'run-messages.ts reject': steering(named),
  'run-messages.ts resume': steering({ step: 'a', action: 'use', result: 1 }),
  'run-messages.ts control': steering({ step: 'a', action: 'set', name: 'rate', value: 1 }),
  'run-messages.ts cancelStep': steering(named),
  'backfill.ts pause': steering({ paused: true, by: 'eve' }),
  'continuous-training.ts trigger': door(
    { id: 'a', kind: 'drift', at: '2001-02-01', reason: 'x' },
    (payload: unknown) => triggerProblems(payload, NOW),
    (payload) => pickTrigger(payload as TrainingSignal),
  ),
  'continuous-training.ts policy': door(policy, (payload: unknown) => policyProblems(payload, 'm')),
  'continuous-training.ts setPolicy': door(policy, (payload: unknown) => policyProblems(payload, 'm')),
  'continuous-training.ts runFinished': door({ workflowId: 'a', outcome: 'succeeded' }, finishProblems, (payload) => [
    (payload as Fields)['workflowId'],
    (payload as Fields)['outcome'],
  ]),
  'continuous-training.ts retrainNow': door({ by: 'eve', reason: 'x' }, (payload: unknown) => requestProblems(payload, NOW)),
  'continuous-training.ts pause': door({ paused: true, by: 'eve' }, (payload: unknown) => pauseProblems(payload, NOW)),
  'continuous-training.ts rollback': door({ by: 'eve', reason: 'x' }, (payload: unknown) =>
    requestProblems(payload, NOW, ['reason']),
  ),
  'continuous-training.ts promote': door({ version: 2, by: 'eve', reason: 'x' }, (payload: unknown) =>
    promotionProblems(payload, NOW),
  ),
  'start-on-change.ts changed': idOnly(isChange, { n: 1 }, 'n'),
  'start-on-change.ts runFinished': idOnly(namesRun, { workflowId: 'a' }, 'workflowId'),
  'admission.ts ask': door(
    { request: { id: 'a', workflowId: 'b', runId: 'c', weight: 1, priority: 3, team: '' }, limit: 2 },
    askProblems,
    (payload) => pickRequest((payload as { readonly request: AdmissionRequest }).request),
  ),
  'admission.ts leave': idOnly(namesRequest, { id: 'a' }, 'id'),
  'await-admission.ts admitted': idOnly(namesRequest, { id: 'a' }, 'id'),
};

it('every signal and update of a workflow is in the table', () => {
  const files = readdirSync('workflows', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const declared = files.flatMap((file) =>
    [...readFileSync(`workflows/${file}`, 'utf8').matchAll(/define(?:Signal|Update)<[^(]*\('(\w+)'\)/g)].map(
      ([, name]) => `${basename(file)} ${String(name)}`,
    ),
  );
  expect(declared.sort()).toEqual(Object.keys(DOORS).sort());
});

const large = fc.oneof(
  fc.constantFrom('x', 'ü', '\u0001', '"').map((text) => text.repeat(1_500_000)),
  fc.constant(Array.from({ length: 100_000 }, (_, n) => `item ${n}`)),
  fc.constant({ deep: { text: 'y'.repeat(1_500_000) } }),
);

it.each(Object.entries(DOORS))('%s remembers little of a message, wherever it is large', (_name, { good, kept }) => {
  expect(kept(good as never)).not.toBeNull();
  const fields = [...Object.keys(good), 'unknown'];
  fc.assert(
    fc.property(large, fc.constantFrom(...fields), (value, field) => {
      const remembered = kept({ ...good, [field]: value } as never);
      expect(remembered === null || jsonBytes(remembered) <= MOST_KEPT).toBe(true);
    }),
    { numRuns: 12 },
  );
});

it('what a client sends is bounded before it is sent', () => {
  expect(() => checkMessageSize({ reason: 'x'.repeat(MAX_MESSAGE_CHARACTERS) }, 'approve of run "a"')).toThrow(
    expect.objectContaining({ code: 'EXECUTION_MESSAGE_TOO_LARGE' }),
  );
  expect(() => checkMessageSize({ value: 10n }, 'control of run "a"')).toThrow('cannot be written as JSON');
  expect(checkMessageSize({ by: 'eve' }, 'approve of run "a"')).toEqual({ by: 'eve' });
});
