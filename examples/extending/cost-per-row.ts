import { defineMetric } from 'perennial-ml/extend';

/** Of a false alarm, and of a positive row that nobody was warned of, in the currency of the business. */
const FALSE_ALARM = 1;
const MISSED = 5;

/** Score from which a warning costs less than none: Elkan 2001, The Foundations of Cost-Sensitive Learning. */
const THRESHOLD = FALSE_ALARM / (FALSE_ALARM + MISSED);

/** What the decisions that follow from the scores cost, per row. */
export const costPerRow = defineMetric({
  name: 'cost_per_row',
  task: 'binary',
  better: 'lower',
  undefinedWhen: 'there are no rows',
  compute: ({ sorted: { labels, scores } }, weights) => {
    let [cost, rows] = [0, 0];
    for (let row = 0; row < labels.length; row += 1) {
      const weight = weights === null ? 1 : (weights[row] ?? 0);
      const warned = (scores[row] ?? 0) >= THRESHOLD;
      rows += weight;
      if (warned && labels[row] === 0) cost += weight * FALSE_ALARM;
      if (!warned && labels[row] === 1) cost += weight * MISSED;
    }
    return rows === 0 ? null : cost / rows;
  },
});
