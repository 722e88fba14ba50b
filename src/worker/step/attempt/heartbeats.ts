import type { JsonValue } from '../../../contracts/json.js';
import { type ProcessSample, sampleProcess } from './process-sample.js';

/** Progress as status shows it; `total` 0 = unknown. */
export type StepProgress = { readonly done: number; readonly total: number; readonly note: string | null };

/** Details of a heartbeat: for the next attempt, and for status. */
export type HeartbeatDetails = {
  readonly progress: StepProgress | null;
  readonly checkpoint: string | null;
  /** What the attempt waits for before its work begins; absent: it does not wait. */
  readonly waitingFor?: string;
  /** The devices that it holds. */
  readonly devices?: readonly string[];
  /** What the worker uses, at the time of the heartbeat. */
  readonly process?: ProcessSample;
};

const CHANGE_INTERVAL_MS = 500;
const LONGEST_INTERVAL_MS = 5_000;

/** Takes what an attempt tells; sends heartbeats by timer: every third of the time-out (5 s at most), and within 500 ms of a change. Without a time-out it sends none. */
export class Heartbeats {
  readonly #send: (details: HeartbeatDetails) => void;
  readonly #timer: NodeJS.Timeout | null;
  readonly #intervalMs: number;
  #details: HeartbeatDetails;
  #changed = false;
  #sentAt = 0;

  constructor(send: (details: HeartbeatDetails) => void, timeoutMs: number | null, last: HeartbeatDetails | null) {
    this.#send = send;
    this.#details = { progress: last?.progress ?? null, checkpoint: last?.checkpoint ?? null };
    this.#intervalMs = Math.min(LONGEST_INTERVAL_MS, (timeoutMs ?? Infinity) / 3);
    if (timeoutMs === null) {
      this.#timer = null;
      return;
    }
    this.#timer = setInterval(
      () => {
        if (this.#changed || performance.now() - this.#sentAt >= this.#intervalMs) this.#beat();
      },
      Math.min(CHANGE_INTERVAL_MS, this.#intervalMs),
    );
    this.#timer.unref();
    this.#sentAt = performance.now();
    // The state that the attempt before left must survive this attempt too. A quick step makes no extra call to the server.
    if (last !== null) this.#beat();
  }

  progress(progress: StepProgress): void {
    this.#details = { ...this.#details, progress };
    this.#changed = true;
  }

  checkpoint(key: string): void {
    this.#details = { ...this.#details, checkpoint: key };
    this.#beat();
  }

  waits(waitingFor: string): void {
    this.#details = { ...this.#details, waitingFor };
    this.#beat();
  }

  /** It waits no longer. */
  works(): void {
    const { progress, checkpoint, devices } = this.#details;
    this.#details = { progress, checkpoint, ...(devices === undefined ? {} : { devices }) };
    this.#beat();
  }

  holds(devices: readonly string[]): void {
    const { progress, checkpoint } = this.#details;
    this.#details = { progress, checkpoint, devices };
    this.#beat();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  #beat(): void {
    if (this.#timer === null) return;
    this.#sentAt = performance.now();
    this.#changed = false;
    this.#send({ ...this.#details, process: sampleProcess() });
  }
}

/** Details of an earlier attempt's heartbeat, or of a pending activity; null when they have another shape. */
export function readHeartbeat(value: JsonValue | undefined): HeartbeatDetails | null {
  if (typeof value !== 'object' || value === null || !('checkpoint' in value) || !('progress' in value)) return null;
  return value as HeartbeatDetails;
}
