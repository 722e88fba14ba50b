import type { CodeEntry } from '../code-entry.js';

export const TRAINING_CODES = {
} as const satisfies Record<string, CodeEntry>;
