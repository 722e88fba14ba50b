// A split that keeps what belongs together on one side: rows of a customer that trained must not judge.
import { defineSplit } from 'perennial-ml/extend';

const PARTS = 1_000_000;

/**
 * `byGroup(orders.customer, { test: 0.2 })`: about a fifth of the customers, with all of their rows, are the test split. Which ones depends on the
 * value and on `seed` alone, so a customer stays on its side from run to run. Rows without a customer train.
 */
export const byGroup = defineSplit({
  name: 'group',
  column: 'any',
  options: {
    properties: { test: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, seed: { type: 'integer', default: 0 } },
    required: ['test'],
  },
  sides: ({ column: { sql }, options: { test, seed }, quote }) => {
    const part = `md5_number_lower(${quote.text(`${seed} `)} || ${sql}::VARCHAR) % ${PARTS}`;
    const chosen = `coalesce(${part} < ${Math.round(test * PARTS)}, false)`;
    return { train: `NOT ${chosen}`, test: chosen };
  },
});
