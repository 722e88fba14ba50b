import type { AdmissionRequest, AdmissionState, AdmissionView, WaitingRequest } from '../../src/contracts/entities/admission.js';
import { jsonBytes, textBytes } from '../messages/weight.js';

/** So many may pass a request that came before them; then it is first, whatever its priority. Nobody waits forever. */
export const MAX_OVERTAKEN = 100;

/** Bytes of the state in a payload, which holds 2 MiB: half for holders, half for those that wait. */
const MOST_BYTES = 768 * 1_024;

/** Whether one more can wait. */
export function hasRoom({ queue, holders }: AdmissionState, request: AdmissionRequest): boolean {
  const known = [...holders, ...queue].some(({ id }) => id === request.id);
  return known || bytesOf(queue) + bytesOf([request]) <= MOST_BYTES;
}

export function emptyAdmission(limit: number): AdmissionState {
  return { limit, holders: [], queue: [], served: {} };
}

/** Adds a request; one that waits or holds already is left as it is. The newest limit counts. */
export function ask(state: AdmissionState, request: AdmissionRequest, limit: number): AdmissionState {
  const known = [...state.holders, ...state.queue].some(({ id }) => id === request.id);
  if (known) return state.limit === limit ? state : { ...state, limit };
  const { team } = request;
  // A returning team starts at the current round: it gains and loses nothing by its absence.
  const served = { ...state.served, [team]: Math.max(state.served[team] ?? 0, least(state)) };
  return { ...state, limit, served, queue: [...state.queue, { ...request, overtaken: 0 }] };
}

/** A holder gives back what it has, or one that waits goes away. */
export function leave(state: AdmissionState, id: string): AdmissionState {
  const others = <R extends AdmissionRequest>(requests: readonly R[]): R[] => requests.filter((request) => request.id !== id);
  return forgetTeams({ ...state, holders: others(state.holders), queue: others(state.queue) });
}

/** Lets in all that there is room for, in order. When the first does not fit nobody passes it: what needs much is not starved by what needs little. */
export function grant(state: AdmissionState): { readonly state: AdmissionState; readonly granted: readonly AdmissionRequest[] } {
  const granted: AdmissionRequest[] = [];
  let now = state;
  // Requests beyond the size of the state are admitted when others have left.
  const fits = (next: WaitingRequest): boolean => bytesOf(now.holders) + bytesOf([next]) <= MOST_BYTES;
  for (let next = first(now); next !== null && used(now) + weightIn(now, next) <= now.limit && fits(next); next = first(now)) {
    now = admit(now, next);
    granted.push(next);
  }
  return { state: now, granted };
}

/** For status: the waiting requests in the order of their admission, if no other request comes. */
export function viewOf(state: AdmissionState): AdmissionView {
  const queue: WaitingRequest[] = [];
  let now = state;
  for (let next = first(now); next !== null; next = first(now)) {
    queue.push(next);
    now = admit(now, next);
  }
  return { limit: state.limit, used: used(state), holders: state.holders, queue };
}

export function used(state: AdmissionState): number {
  return state.holders.reduce((sum, holder) => sum + weightIn(state, holder), 0);
}

function admit(state: AdmissionState, request: WaitingRequest): AdmissionState {
  const place = state.queue.findIndex((other) => other.id === request.id);
  const queue = state.queue.flatMap((other, index) => {
    if (index === place) return [];
    return [index < place ? { ...other, overtaken: other.overtaken + 1 } : other];
  });
  const { id, workflowId, runId, weight, priority, team } = request;
  const holder: AdmissionRequest = { id, workflowId, runId, weight, priority, team };
  const served = { ...state.served, [request.team]: (state.served[request.team] ?? 0) + weightIn(state, request) };
  return { ...state, holders: [...state.holders, holder], queue, served };
}

/** The next request: one that was overtaken too often, else by priority, the team with the least admitted weight, and arrival. */
function first({ queue, served }: AdmissionState): WaitingRequest | null {
  const patient = queue.find(({ overtaken }) => overtaken >= MAX_OVERTAKEN);
  if (patient !== undefined) return patient;
  let best: WaitingRequest | null = null;
  for (const request of queue) {
    if (best === null || before(request, best, served)) best = request;
  }
  return best;
}

function before(request: WaitingRequest, best: WaitingRequest, served: AdmissionState['served']): boolean {
  if (request.priority !== best.priority) return request.priority < best.priority;
  return (served[request.team] ?? 0) < (served[best.team] ?? 0);
}

/** A limit that was lowered below a request's weight must not keep it out forever. */
function weightIn({ limit }: AdmissionState, { weight }: AdmissionRequest): number {
  return Math.min(weight, limit);
}

/** The smallest admitted weight of any team that holds or waits. */
function least({ holders, queue, served }: AdmissionState): number {
  const present = [...holders, ...queue].map(({ team }) => served[team] ?? 0);
  return present.length === 0 ? 0 : Math.min(...present);
}

/** Counts from the team that has least on. A team that is away is remembered only while it is ahead of that. */
function forgetTeams(state: AdmissionState): AdmissionState {
  const present = new Set([...state.holders, ...state.queue].map(({ team }) => team));
  const base = least(state);
  const kept = Object.entries(state.served).filter(([team, amount]) => present.has(team) || (present.size > 0 && amount > base));
  return { ...state, served: Object.fromEntries(kept.map(([team, amount]) => [team, amount - base])) };
}

/** A team is remembered in what it was served, too. */
function bytesOf(requests: readonly AdmissionRequest[]): number {
  return requests.reduce((sum, request) => sum + 1 + jsonBytes(request) + textBytes(request.team), 0);
}
