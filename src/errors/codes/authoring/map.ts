import type { CodeEntry } from '../../code-entry.js';

export const MAP_CODES = {
  MAP_TOO_FEW_SUCCEEDED: {
    retryable: false,
    httpStatus: 500,
    cause: 'More items of a map failed than its `minSuccess` allows; the items that had not ended were cancelled.',
    cure: 'Read the failures of the items, mend what they name, or set a lower `minSuccess`.',
  },
  MAP_ITEMS_INVALID: {
    retryable: false,
    httpStatus: 400,
    cause: 'What a map was given as its items is not a list.',
    cure: 'Give the map an array, a range, the partitions of a data set, the result of `context.publishItems`, or the result of a map.',
  },
  MAP_ITEM_TOO_LARGE: {
    retryable: false,
    httpStatus: 400,
    cause: 'An item of a map is too large to be handed to its steps.',
    cure: 'Publish the data as an artifact and make its reference the item.',
  },
} as const satisfies Record<string, CodeEntry>;
