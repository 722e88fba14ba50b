import type { Logger } from 'pino';
import type { EndpointModels } from './replica/endpoint-models.js';
import type { PredictionLog } from './prediction-log/prediction-log.js';
import type { ServerLimits } from './server-options.js';
import type { ServerMetrics } from './server-metrics.js';

/** Requests being answered now, whether callers are asked to leave, and whether those who come anyway are turned away. */
export interface Traffic {
  inflight: number;
  closing: boolean;
  refusing: boolean;
}

/** What the routes of one server share. */
export interface ServerCore {
  readonly replica: string;
  readonly models: EndpointModels;
  readonly limits: ServerLimits;
  readonly metrics: ServerMetrics;
  readonly predictions: PredictionLog | null;
  readonly log: Logger;
  readonly traffic: Traffic;
  /** True while a version serves and the server is not shutting down. */
  readonly ready: () => boolean;
  /** Takes the endpoint's configuration over as it is in the store now. */
  readonly refresh: () => Promise<void>;
}
