/** Names of the search attributes of every run; part of the wire, so they never change. */
export const SEARCH_ATTRIBUTES = {
  pipeline: 'MlPipeline',
  plan: 'MlPlan',
  status: 'MlStatus',
  model: 'MlModel',
  trigger: 'MlTrigger',
  stage: 'MlStage',
  metric: 'MlMetric',
} as const;

export type SearchAttributeName = (typeof SEARCH_ATTRIBUTES)[keyof typeof SEARCH_ATTRIBUTES];

/** Type that each attribute must be registered with on the server. */
export const SEARCH_ATTRIBUTE_TYPES: { readonly [Name in SearchAttributeName]: 'Keyword' | 'Double' } = {
  MlPipeline: 'Keyword',
  MlPlan: 'Keyword',
  MlStatus: 'Keyword',
  MlModel: 'Keyword',
  MlTrigger: 'Keyword',
  MlStage: 'Keyword',
  MlMetric: 'Double',
};
