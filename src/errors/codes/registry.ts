import type { CodeEntry } from '../code-entry.js';

export const REGISTRY_CODES = {
} as const satisfies Record<string, CodeEntry>;
