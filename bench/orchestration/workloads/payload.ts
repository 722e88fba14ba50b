import { type BenchResult, measured } from '../../report.js';
import { timeOfDayMs } from '../bodies.js';
import { historyOf } from '../history.js';
import { onStand } from '../stand.js';

const SIZES_MIB = [1, 50];
const MS_PER_SECOND = 1_000;

/** W4: twenty steps that hand files of 1 and 50 MiB on; the bytes stay out of the history. */
export async function measurePayload(repeats: number): Promise<readonly BenchResult[]> {
  return onStand('payload.ts', async (stand) => {
    const figures: BenchResult[] = [];
    for (const mebibytes of SIZES_MIB) {
      const seconds: number[] = [];
      const bytes: number[] = [];
      for (let run = 0; run < repeats; run += 1) {
        const startedAt = timeOfDayMs();
        const { workflowId } = await stand.client.start('bench-payload', { mebibytes });
        await stand.client.result(workflowId);
        seconds.push((timeOfDayMs() - startedAt) / MS_PER_SECOND);
        bytes.push((await historyOf(stand.address, workflowId)).bytes);
      }
      const suffix = mebibytes === SIZES_MIB[0] ? '' : `${mebibytes}MiB`;
      figures.push(
        { id: 'W4', metric: `historyBytes${suffix}`, ours: measured(bytes) },
        { id: 'W4', metric: `seconds${suffix}`, ours: measured(seconds) },
      );
    }
    return figures;
  });
}
