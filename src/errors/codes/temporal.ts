import type { CodeEntry } from '../code-entry.js';

export const TEMPORAL_CODES = {
} as const satisfies Record<string, CodeEntry>;
