import type { CodeEntry } from '../code-entry.js';

export const STORE_CODES = {
} as const satisfies Record<string, CodeEntry>;
