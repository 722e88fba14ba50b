import type { CodeEntry } from '../code-entry.js';

export const EXECUTION_CODES = {
} as const satisfies Record<string, CodeEntry>;
