/** Only after so many runs is the code of a worker and of the SDK below it compiled for good; on two cores the compiler takes its share. */
const WARM_UPS = 15;

/** What each of the runs gave, after the runs that warm up. */
export async function repeated(repeats: number, run: () => Promise<number>): Promise<number[]> {
  const found: number[] = [];
  for (let turn = -WARM_UPS; turn < repeats; turn += 1) {
    const figure = await run();
    if (turn >= 0) found.push(figure);
  }
  return found;
}
