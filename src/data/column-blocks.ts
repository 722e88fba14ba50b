/**
 * Columns that one statement computes: the engine keeps a vector for each part of each expression, and its planner takes longer than in
 * proportion to them.
 */
export const COLUMNS_AT_ONCE = 64;

/** The items, in their order, in parts of at most `size`. */
export function inBlocks<Item>(items: readonly Item[], size: number = COLUMNS_AT_ONCE): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, block) => items.slice(block * size, (block + 1) * size));
}
