/** Where a worker gets the values of secrets from. Give one of your own to `createPipelineWorker({ secrets })`. */
export interface SecretProvider {
  /** In which places it looks, for messages: `the environment of the worker`. */
  readonly place: string;
  /** The value, or null when there is none of that name. */
  read(name: string): Promise<string | null>;
}
