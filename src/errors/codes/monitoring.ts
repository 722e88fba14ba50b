import type { CodeEntry } from '../code-entry.js';

export const MONITORING_CODES = {
} as const satisfies Record<string, CodeEntry>;
