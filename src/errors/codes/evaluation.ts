import type { CodeEntry } from '../code-entry.js';

export const EVALUATION_CODES = {
} as const satisfies Record<string, CodeEntry>;
