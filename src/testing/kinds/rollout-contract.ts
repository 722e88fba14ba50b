import { aKind, anObject, listOf } from '../../errors/kinds.js';
import { checkCall } from '../../errors/check-call.js';
import assert from 'node:assert/strict';
import type { JsonObject } from '../../contracts/json.js';
import { durationMs } from '../../pipeline/duration.js';
import type { RolloutKind } from '../../rollout/rollout-kind.js';
import type { ContractCase } from './contract-case.js';

/** What `p.deploy` counts on in a roll-out, for any test framework. @param options - with the defaults put in, each set one way to use it. */
export function rolloutContract(
  made: { readonly kind: RolloutKind },
  ...options: readonly { readonly [name: string]: unknown }[]
): readonly ContractCase[] {
  checkCall('rolloutContract', { constructor: made, options }, { constructor: aKind, options: listOf(anObject) });
  const { kind } = made;
  const each = (check: (given: JsonObject) => void) => (): void => {
    (options as readonly JsonObject[]).forEach(check);
  };
  return [
    {
      title: `${kind.name} has ascending weights of 1 to 100 per cent, and ends with all traffic`,
      run: each((given) => {
        const weights = kind.plan(given).steps.map(({ weight }) => weight);
        const shown = `[${weights.join(', ')}]`;
        assert.equal(weights.at(-1), 100, shown);
        weights.forEach((weight, index) => {
          assert.ok(weight >= 1 && weight <= 100 && weight > (weights[index - 1] ?? 0), shown);
        });
      }),
    },
    {
      title: `${kind.name} says how long each step is watched`,
      run: each((given) => {
        for (const { bake } of kind.plan(given).steps) assert.notEqual(durationMs(bake), null, `"${bake}" is no duration`);
      }),
    },
    {
      title: `${kind.name} plans the same again, and leaves its options as they are`,
      run: each((given) => {
        const before = JSON.stringify(given);
        assert.deepEqual(kind.plan(given), kind.plan(given));
        assert.equal(JSON.stringify(given), before);
      }),
    },
  ];
}
