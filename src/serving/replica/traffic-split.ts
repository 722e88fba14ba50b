import { createHash } from 'node:crypto';

/** Slots that the weights divide: 0.01 percent each. */
const SLOTS = 10_000;

/**
 * Slot, 0..9,999, of a request: the first 32 bits of SHA-256(`salt`, 0, `key`) modulo 10,000. The same key has the same slot on every
 * replica and after every restart, so a caller keeps its variant while the weights stand still.
 */
export function trafficSlot(salt: string, key: string): number {
  return createHash('sha256').update(salt).update('\0').update(key).digest().readUInt32BE(0) % SLOTS;
}

/**
 * The variant that a slot belongs to. Variants take consecutive ranges of slots from the end of the list, so that with
 * [champion, challenger] a growing challenger only ever takes slots over from the champion.
 * @param variants - weights in percent, each >= 0; they are normalised by their sum, so that a variant that could not be loaded
 * can be left out. At least one.
 */
export function chooseVariant<Variant extends { readonly weight: number }>(
  variants: readonly Variant[],
  slot: number,
): Variant | undefined {
  const total = variants.reduce((sum, variant) => sum + variant.weight, 0);
  if (total <= 0) return variants[0];
  let end = 0;
  for (let index = variants.length - 1; index >= 0; index -= 1) {
    const variant = variants[index];
    if (variant === undefined) continue;
    end += (variant.weight / total) * SLOTS;
    if (slot < end - 1e-9) return variant;
  }
  return variants.find((variant) => variant.weight > 0);
}
