/** Only after so many runs is the code of a worker and of the SDK below it compiled for good; on two cores the compiler takes its share. */
const WARM_UPS = 15;

/** What each of the runs gave, after the runs that warm up. */
export async function repeated(repeats: number, run: () => Promise<number>, warmUps = WARM_UPS): Promise<number[]> {
  const found: number[] = [];
  for (let turn = -warmUps; turn < repeats; turn += 1) {
    const figure = await run();
    if (turn >= 0) found.push(figure);
  }
  return found;
}

/** The figures of two that were measured side by side. */
export type InTurns = { readonly ours: readonly number[]; readonly theirs: readonly number[] };

/** As `repeated`, run by run in turns with somebody else's: a machine that slows down meanwhile slows both. */
export async function inTurns(
  repeats: number,
  run: { readonly ours: () => Promise<number>; readonly theirs: () => Promise<number> },
  warmUps = WARM_UPS,
): Promise<InTurns> {
  const theirs: number[] = [];
  const ours = await repeated(
    repeats,
    async () => {
      const figure = await run.ours();
      theirs.push(await run.theirs());
      return figure;
    },
    warmUps,
  );
  return { ours, theirs: theirs.slice(warmUps) };
}
