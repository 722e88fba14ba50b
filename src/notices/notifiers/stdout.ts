import { notifierKind } from '../notifier-kind.js';

/** Writes one JSON line on the standard output of the worker. */
export const stdout = notifierKind('notify.stdout', {
  name: 'stdout',
  options: { properties: {} },
  send: async (message, _options, { writeLine }) => {
    writeLine(JSON.stringify(message));
    return { answer: 'written' };
  },
});
