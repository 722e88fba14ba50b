import type { CodeEntry } from '../code-entry.js';

export const SERVING_CODES = {
} as const satisfies Record<string, CodeEntry>;
