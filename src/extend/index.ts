/** The door `perennial-ml/extend`: kinds of your own, beside the built-in ones. */
export type { OptionSchema, OptionsSchema } from '../kinds/json-schema.js';
export { defineObjectStore } from '../store/object-stores.js';
export type { ObjectStoreDefinition } from '../store/object-stores.js';
export type { StoreAddress } from '../store/store-kind.js';
export { openObjectStore } from '../store/open-store.js';
export type { OpenStoreOptions } from '../store/open-store.js';
export type { StoreSetting } from '../store/store-setting.js';
export type { GetOptions, ObjectInfo, ObjectStore, PutIfAbsentOptions, StoredObject } from '../store/port.js';
export { PipelineError } from '../errors/pipeline-error.js';
export { defineNotifier } from '../notices/notifiers.js';
export type { NoticeTools, NotifierConstructor, NotifierDefinition, SecretsIn } from '../notices/notifier-kind.js';
export { noticeHeadline, noticeText } from '../notices/notice-text.js';
export type { OptionProblem } from '../pipeline/options/notifier.js';
export type { NoticeMessage, NoticeReceipt, NotifierSpec } from '../contracts/plan/hooks.js';
export { defineRollout } from '../rollout/rollouts.js';
export type { RolloutConstructor, RolloutDefinition, RolloutStep, RolloutSteps } from '../rollout/rollout-kind.js';
