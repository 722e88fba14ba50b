import type { CodeEntry } from '../../code-entry.js';

export const NOTICES_CODES = {
  NOTICE_REFUSED: {
    retryable: false,
    httpStatus: 502,
    cause: 'The receiver of a notice will not take it: a wrong address, a wrong key, or a message that it does not understand.',
    cure: 'Correct the notifier or its secret, and try it with `perennial notify test FILE`.',
  },
  NOTICE_UNDELIVERED: {
    retryable: true,
    httpStatus: 503,
    cause: 'The receiver of a notice could not be reached, did not answer in time, or is out of order.',
    cure: 'Look at the receiver; the notice is tried again for about half an hour. After that send it again: `perennial reset`, with its workflow id.',
  },
  NOTICE_SIGNATURE: {
    retryable: false,
    httpStatus: 401,
    cause: 'A message to a webhook is not signed with the shared secret, was changed on its way, or is too old.',
    cure: 'Do not act on it; check that both sides have the same secret and that the clocks agree.',
  },
} as const satisfies Record<string, CodeEntry>;
