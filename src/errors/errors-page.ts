import type { CodeEntry } from './code-entry.js';
import { ERROR_CODES } from './codes.js';

/** The text of `docs/errors.md`, made from the code table; `npm run docs:errors` writes it, a test compares it. */
export function renderErrorsPage(): string {
  const entries: readonly (readonly [string, CodeEntry])[] = Object.entries(ERROR_CODES);
  const sections = [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, entry]) =>
      [
        `## ${code}`,
        '',
        `- Cause: ${entry.cause}`,
        `- Cure: ${entry.cure}`,
        `- Retried: ${entry.retryable ? 'yes' : 'no'} · HTTP status: ${entry.httpStatus}`,
      ].join('\n'),
    );
  return [
    '# Errors',
    '',
    'Every error has a code. Its message says what is wrong, where, what was expected and got, and what to do.',
    'In Temporal the code is the `type` of the failure; the model server sends it in the field `code`.',
    'This page is made from `src/errors/codes/` by `npm run docs:errors`.',
    '',
    sections.join('\n\n'),
    '',
  ].join('\n');
}
