/** One promise of a door, and its proof. */
export interface ContractCase {
  /** A sentence about every kind of the door. */
  readonly title: string;
  /** Throws or rejects with an AssertionError when the kind breaks the promise. */
  readonly run: () => void | Promise<void>;
}
