import type { LongestRun } from '../limits/run-length.js';

/** What limits how much goes on at once over all workers: the limit of a pool, or of the runs of a pipeline. */
export type AdmissionKind = 'pool' | 'pipeline';

/** One step or run that wants in. */
export type AdmissionRequest = {
  /** The same request asked again is the same one: `<workflow id>/<run id>[/<activity id>]`. */
  readonly id: string;
  readonly workflowId: string;
  readonly runId: string;
  /** Share of the limit, >= 1; more than the limit counts as all of it. */
  readonly weight: number;
  /** 1 (first) to 5. */
  readonly priority: number;
  readonly team: string;
};

export type WaitingRequest = AdmissionRequest & {
  /** Requests that came later and were let in before. */
  readonly overtaken: number;
};

export type AdmissionState = {
  readonly limit: number;
  readonly holders: readonly AdmissionRequest[];
  /** In the order in which they came. */
  readonly queue: readonly WaitingRequest[];
  /** Weight let in by team, since the team with least began. */
  readonly served: { readonly [team: string]: number };
};

/** Argument of the workflow `admission`. */
export type AdmissionInput = {
  readonly limit: number;
  readonly checkMs?: number;
  /** Default 1,000 signals or 2,000 events. */
  readonly longest?: LongestRun;
  readonly state?: AdmissionState;
  /** Holders that have asked again and have not been told yet. */
  readonly again?: readonly AdmissionRequest[];
};

export type AdmissionAsk = {
  /** Workflow id of the entity. */
  readonly entity: string;
  /** As the configuration has it now; the newest one counts. */
  readonly limit: number;
  readonly request: AdmissionRequest;
};

/** What the entity's query `status` answers: `queue` in the order in which it would be let in now. */
export type AdmissionView = {
  readonly limit: number;
  readonly used: number;
  readonly holders: readonly AdmissionRequest[];
  readonly queue: readonly WaitingRequest[];
};

export function admissionId(kind: AdmissionKind, name: string): string {
  return `perennial/${kind}/${name}`;
}

export const ADMISSION_TYPE = 'admission';
