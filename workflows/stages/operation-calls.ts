import type { JsonObject } from '../../src/contracts/json.js';
import type { Operations } from '../../src/contracts/stages/operations.js';
import type { CallOptions, StageHost } from './stage-host.js';

/** The operations of a stage as functions, typed as its contract says. */
export type OperationCalls<Stage extends Operations> = {
  readonly [Name in keyof Stage]: (
    operationArguments: Stage[Name]['arguments'],
    options?: CallOptions,
  ) => Promise<Stage[Name]['result']>;
};

/** Calls the operations of a stage, each as an activity. The one place where JSON from the wire gets a type. */
export function operationsOf<Stage extends Operations>(host: Pick<StageHost, 'call'>): OperationCalls<Stage> {
  return new Proxy({} as OperationCalls<Stage>, {
    get: (_calls, operation) => (operationArguments: JsonObject, options?: CallOptions) =>
      host.call(String(operation), operationArguments, options),
  });
}
