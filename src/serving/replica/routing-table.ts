import type { VariantName } from '../../contracts/model.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { LoadedModel } from '../model/loaded-model.js';
import { chooseVariant, trafficSlot } from './traffic-split.js';

export interface RoutedVariant {
  readonly variant: VariantName;
  readonly weight: number;
  readonly model: LoadedModel;
}

/** What the server answers with, as one value: it is replaced as a whole, so no request ever sees half a change. */
export interface RoutingTable {
  readonly endpoint: string;
  readonly model: string;
  readonly revision: number;
  /** Loaded and warm, at least one. */
  readonly variants: readonly RoutedVariant[];
}

/**
 * The variant that answers a request.
 * @param key - request id; the same key keeps its variant while the weights stand.
 * @param version - text from the URL; asks for a loaded version by number, whatever its weight.
 * @throws PipelineError `SERVING_MODEL_NOT_FOUND` listing what is served, `SERVING_NOT_READY`.
 */
export function routeRequest(
  table: RoutingTable | null,
  request: { readonly model: string; readonly version: string | undefined; readonly key: string },
): RoutedVariant {
  if (table === null) throw new PipelineError('SERVING_NOT_READY', { what: `model "${request.model}" cannot be served now` });
  if (request.model !== table.model) {
    throw new PipelineError('SERVING_MODEL_NOT_FOUND', {
      what: `there is no model "${request.model}" on endpoint "${table.endpoint}"`,
      expected: `one of ${table.model}`,
    });
  }
  if (request.version === undefined) {
    const chosen = chooseVariant(table.variants, trafficSlot(table.endpoint, request.key));
    if (chosen !== undefined) return chosen;
  }
  const asked = table.variants.find((variant) => String(variant.model.version) === request.version);
  if (asked !== undefined) return asked;
  throw new PipelineError('SERVING_MODEL_NOT_FOUND', {
    what: `version ${request.version ?? '(any)'} of model "${request.model}" is not served`,
    expected: `one of ${table.variants.map((variant) => variant.model.version).join(', ')}`,
  });
}
