import { failureCode, perennial } from 'perennial-ml/workflow';

/** Results of the custom steps of the pipeline `descent`, by step id. */
type Steps = {
  readonly start: { readonly x: number };
  readonly fit: { readonly x: number; readonly loss: number };
  readonly publish: { readonly x: number; readonly by: string };
};

export interface PatientFit {
  readonly target: number;
  /** Fitting ends below this loss. Default 0.001. */
  readonly goal?: number;
  /** At most so many fits. Default 10. */
  readonly fits?: number;
}

/** Fits on from where the last fit ended, twice as long each time, until the loss is small; then asks, and publishes or explains. */
export async function patientFit({
  target,
  goal = 0.001,
  fits = 10,
}: PatientFit): Promise<{
  readonly losses: readonly number[];
  readonly published: Steps['publish'] | null;
  readonly refused: string | null;
}> {
  return perennial<Steps, Awaited<ReturnType<typeof patientFit>>>({ pipeline: 'descent', params: { target } }, async (stages) => {
    const losses: number[] = [];
    let from: { readonly x: number } = await stages.step('start');
    for (let rounds = 1; losses.length < fits && (losses.at(-1) ?? Infinity) > goal; rounds *= 2) {
      const fitted = await stages.step('fit', { from: { x: from.x } }, { params: { rounds } });
      losses.push(fitted.loss);
      from = fitted;
    }
    try {
      await stages.approval('release', { message: `The loss is ${String(losses.at(-1))} after ${losses.length} fits. Release?` });
    } catch (error) {
      const { code, message } = failureCode(error);
      if (code !== 'EXECUTION_GATE_REJECTED') throw error;
      return { losses, published: null, refused: message };
    }
    return { losses, published: await stages.step('publish'), refused: null };
  });
}
