/** The run that is killed: so many steps, each of so many parts with a checkpoint after each. */
export const CRASH_STEPS = 10;
export const CRASH_PARTS = 10;
export const CRASH_PART_MS = 100;
/** The step in which the worker is killed, and how long it stays away. */
export const KILLED_STEP = 5;
export const OUTAGE_MS = 5_000;
