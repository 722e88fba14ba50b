import { broken, fieldsOf, isUpTo, LONGEST_NAME, LONGEST_REASON, type Rule } from './rules.js';

/** A result that a person gives is bounded as one that a step gives; a little more for the rest of the message. */
const MOST_BYTES = 40 * 1_024;

/** Problems of the input of an update that steers a run or a back-fill; empty when valid. */
export function steeringProblems(input: unknown): string[] {
  const { step, action, by, reason, name } = fieldsOf(input);
  return broken([
    ...Object.entries({ step, action, by, name }).map(textRule(LONGEST_NAME)),
    ...Object.entries({ reason }).map(textRule(LONGEST_REASON)),
    [isUpTo(input, MOST_BYTES), `a message has at most ${MOST_BYTES} bytes`],
  ]);
}

const textRule =
  (longest: number) =>
  ([field, value]: readonly [string, unknown]): Rule => [
    value === undefined || value === null || (typeof value === 'string' && value.length <= longest),
    `\`${field}\` must be a text of at most ${longest} characters`,
  ];
