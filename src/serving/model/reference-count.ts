/**
 * Counts the users of a resource, which is released once it is retired and its last user has left.
 */
export class ReferenceCount {
  readonly #release: () => Promise<void>;
  #users = 0;
  #retired: { readonly done: Promise<void>; readonly finish: () => void } | null = null;

  /** @param release - called exactly once. */
  constructor(release: () => Promise<void>) {
    this.#release = release;
  }

  get users(): number {
    return this.#users;
  }

  acquire(): void {
    this.#users += 1;
  }

  leave(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#retired?.finish();
  }

  /** Resolves when the last user has left and the thing is released. Repeated calls share one release. */
  retire(): Promise<void> {
    if (this.#retired !== null) return this.#retired.done;
    let finish = (): void => undefined;
    const left = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const done = left.then(() => this.#release());
    this.#retired = { done, finish };
    if (this.#users === 0) finish();
    return done;
  }
}
