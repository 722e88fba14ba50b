import type { MapLimits } from '../../contracts/stages/map.js';
import type { PlanStep, StepKind } from '../../contracts/plan.js';

/** Temporal suggests a new history beyond 4,096 events; the rest is left for retries, messages and cancellation. */
const HISTORY_EVENTS = 3_600;
/** An activity: scheduled, started, completed, and the workflow task that takes note of it. */
const ACTIVITY_EVENTS = 6;
const LIGHT_EVENTS = 2;
/** A child workflow: initiated, started, completed, and two workflow tasks. */
const CHILD_EVENTS = 10;
/** What the operations of a map itself take: opening, publishing, joining. */
const MAP_OWN_EVENTS = 20;
/** What one run of a map inside another body may take of the history around it. */
const NESTED_EVENTS = 400;
const MOST_ITEMS = 200;
/** The fewer shards, the more of their steps one workflow task takes note of; but the results of a shard's items are in its memory. */
const MOST_IN_SHARD = 500;
const MOST_SHARDS = 200;
const FEWEST_SHARDS = 4;
/** An activity in a pool with a limit asks for room, waits, hears of it and gives it back: 12 events beside its own 6. */
const EVENTS_OF_ADMITTED = 3;

/** Stages of several activities. */
const STAGE_EVENTS: { readonly [Kind in StepKind]?: number } = {
  evaluate: 12,
  deploy: 150,
  call: CHILD_EVENTS,
  join: 0,
  gate: 0,
};

export type Range = { readonly from: number; readonly to: number };

/** The steps of a plan with the limits of every map put into its configuration, so that no workflow outgrows its history. */
export function withMapLimits(steps: readonly PlanStep[], events = HISTORY_EVENTS): PlanStep[] {
  const maps = steps.filter((step) => step.kind === 'map').length;
  const others = steps.filter((step) => step.kind !== 'map').reduce((sum, step) => sum + eventsOf(step, NESTED_EVENTS), 0);
  const each = maps === 0 ? 0 : Math.max(NESTED_EVENTS, Math.floor((events - others) / maps));
  return steps.map((step) => limited(step, each));
}

/** @param events - what one run of the map may take of the history around it. */
function limited(step: PlanStep, events: number): PlanStep {
  const { body } = step;
  if (body === undefined) return step;
  const inside = step.kind === 'loop' ? Math.floor(NESTED_EVENTS / roundsOf(step)) : NESTED_EVENTS;
  const steps = body.steps.map((other) => limited(other, inside));
  const within = { ...step, body: { ...body, steps } };
  return step.kind === 'map' ? { ...within, config: { ...step.config, limits: mapLimits(steps, events) } } : within;
}

/** @param body - the steps that one item runs. */
export function mapLimits(body: readonly PlanStep[], events = HISTORY_EVENTS): MapLimits {
  const item = Math.max(
    1,
    body.reduce((sum, step) => sum + eventsOf(step, NESTED_EVENTS), 0),
  );
  return {
    inline: clamp(Math.floor((events - MAP_OWN_EVENTS) / item), 0, MOST_ITEMS),
    shard: clamp(Math.floor((HISTORY_EVENTS - MAP_OWN_EVENTS) / item), 1, MOST_IN_SHARD),
    shards: clamp(Math.floor((events - MAP_OWN_EVENTS) / CHILD_EVENTS), FEWEST_SHARDS, MOST_SHARDS),
  };
}

/** The limits of a map whose items ask a pool for room. */
export function admittedLimits({ inline, shard, shards }: MapLimits): MapLimits {
  return { inline: Math.floor(inline / EVENTS_OF_ADMITTED), shard: Math.max(1, Math.floor(shard / EVENTS_OF_ADMITTED)), shards };
}

/**
 * How many of `count` items each shard takes, at most `most`: so many that those that run at once, round by round, have as much to do as each
 * other, and none is left to run alone with its part of the concurrency.
 */
export function shardSize(count: number, most: number, concurrency: number): number {
  const fewest = Math.ceil(count / most);
  const atOnce = sharesOf(concurrency, fewest).length;
  const rounds = Math.ceil(fewest / atOnce);
  return Math.ceil(count / (rounds * atOnce));
}

function eventsOf(step: PlanStep, nested: number): number {
  if (step.light === true) return LIGHT_EVENTS;
  if (step.kind === 'map') return nested;
  if (step.kind !== 'loop') return STAGE_EVENTS[step.kind] ?? ACTIVITY_EVENTS;
  const rounds = roundsOf(step);
  const round = (step.body?.steps ?? []).reduce((sum, other) => sum + eventsOf(other, nested / rounds), 0);
  return Math.ceil(rounds * round);
}

/** Rounds of a loop; a bound that is a parameter counts as the usual most. */
function roundsOf({ config }: PlanStep): number {
  return typeof config['times'] === 'number' && config['times'] >= 1 ? config['times'] : MOST_ITEMS;
}

/**
 * Divides [from, to) among shards, in order and without gaps: each of `size` items or, when that would be more than `most` shards, of
 * `size * most^k`, to be divided again by the shard.
 */
export function shardRanges({ from, to }: Range, { size, most }: { readonly size: number; readonly most: number }): Range[] {
  let length = size;
  while (Math.ceil((to - from) / length) > most) length *= most;
  const count = Math.ceil((to - from) / length);
  return Array.from({ length: count }, (_, n) => ({ from: from + n * length, to: Math.min(to, from + (n + 1) * length) }));
}

/** Divides `concurrency` among shards that run at once: at least `least` for each where there is so much, all of it in the end. */
export function sharesOf(concurrency: number, shards: number, least = 10): number[] {
  const parts = Math.max(1, Math.min(shards, Math.ceil(concurrency / least)));
  return Array.from({ length: parts }, (_, n) => Math.floor(concurrency / parts) + (n < concurrency % parts ? 1 : 0));
}

/** How many of `count` items may fail. A ratio such as 0.07 is not exact in binary: what is nearly whole counts as whole. */
export function allowedFailures(count: number, minSuccess: number): number {
  return count - Math.ceil(count * minSuccess - 1e-9);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
