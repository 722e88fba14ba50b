/** Work under way that can be asked to stop; `done` then rejects with a cancellation. */
export type Cancellable<T> = { readonly done: Promise<T>; cancel(): void };
