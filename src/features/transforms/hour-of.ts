import { castToFloat, integerNode } from '../encoding/graph-parts.js';
import { DAY_MS, flooredModulo, HOUR_MS } from '../times.js';
import { columnTransform } from '../transform-kind.js';

/** Hour of the day in UTC, 0..23. */
export const hourOf = columnTransform('feature.hourOf', {
  name: 'hour_of',
  column: 'timestamp',
  options: { properties: {} },
  sql: ({ inputs: [ms = ''] }) => `${flooredModulo(ms, DAY_MS)} // ${HOUR_MS}`,
  onnx: ({ inputs: [ms = ''], ...place }) => {
    const time = integerNode(place, 'Mod', ms, DAY_MS, 'time');
    return castToFloat(place, integerNode(place, 'Div', time, HOUR_MS, 'hour'));
  },
});
