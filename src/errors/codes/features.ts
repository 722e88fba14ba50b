import type { CodeEntry } from '../code-entry.js';

export const FEATURES_CODES = {
} as const satisfies Record<string, CodeEntry>;
