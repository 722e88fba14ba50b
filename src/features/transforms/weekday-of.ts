import { castToFloat, integerNode } from '../encoding/graph-parts.js';
import { DAY_MS, flooredModulo } from '../times.js';
import { columnTransform } from '../transform-kind.js';

/** Day of the week in UTC, 0..6. 0 is Sunday: 1970-01-01 was a Thursday. */
export const weekdayOf = columnTransform('feature.weekdayOf', {
  name: 'weekday_of',
  column: 'timestamp',
  options: { properties: {} },
  sql: ({ inputs: [ms = ''] }) => flooredModulo(`((${ms} - ${flooredModulo(ms, DAY_MS)}) // ${DAY_MS} + 4)`, 7),
  onnx: ({ inputs: [ms = ''], ...place }) => {
    const { builder, prefix } = place;
    const time = integerNode(place, 'Mod', ms, DAY_MS, 'time');
    builder.node('Sub', [ms, time], [`${prefix}/midnight`]);
    const days = integerNode(place, 'Div', `${prefix}/midnight`, DAY_MS, 'days');
    return castToFloat(place, integerNode(place, 'Mod', integerNode(place, 'Add', days, 4, 'shifted'), 7, 'weekday'));
  },
});
