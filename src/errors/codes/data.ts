import type { CodeEntry } from '../code-entry.js';

export const DATA_CODES = {
} as const satisfies Record<string, CodeEntry>;
