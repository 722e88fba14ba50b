import type { CodeEntry } from '../code-entry.js';

export const AUTHORING_CODES = {
} as const satisfies Record<string, CodeEntry>;
