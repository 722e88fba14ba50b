/** One row of the code table; `docs/errors.md` is made from these. */
export interface CodeEntry {
  /** Whether trying the same thing again may help without any change. */
  readonly retryable: boolean;
  /** Status that the model server answers with. */
  readonly httpStatus: number;
  /** Why it happens: one sentence. */
  readonly cause: string;
  /** What to do: one sentence, imperative. */
  readonly cure: string;
}
