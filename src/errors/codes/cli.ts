import type { CodeEntry } from '../code-entry.js';

export const CLI_CODES = {
} as const satisfies Record<string, CodeEntry>;
