/** The door `perennial-ml/testing`: test pipelines, in this process or against a Temporal of the test's own. */
export { runInProcess } from './run-in-process.js';
export type { GateAnswer, InProcessOptions, InProcessResult } from './run-in-process.js';
export { withDoubles } from './doubles.js';
export type { Doubles, StepFake } from './doubles.js';
export { failAttempt, killWorkerAt, timeOutAttempt } from './faults.js';
export type { FailureOptions, Fault, KillPoint } from './faults.js';
export type { AttemptEvent, LogLine } from './run-trace.js';
export { objectStoreContract } from './object-store-contract.js';
export type { ObjectStoreContractCase } from './object-store-contract.js';
export { expectPlan, planSnapshot } from './plan-snapshot.js';
export { startTestTemporal, startTestWorker } from './test-temporal.js';
export type { TestTemporal, TestTemporalOptions, TestWorker, TestWorkerOptions } from './test-temporal.js';
export { liveThrough } from './live-through.js';
export type { LifeOptions } from './live-through.js';
export type { LifeStory } from './life-story.js';
export type { LifeWindow, OnRetrain, RetrainOutcome } from './life-windows.js';
export { createLifecycle } from './lifecycle.js';
export type { Lifecycle, LifecycleOptions, LifecycleStory, Retrain, ScriptedRetrains } from './lifecycle.js';
