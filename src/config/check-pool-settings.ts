import { isPlainObject } from '../contracts/json.js';
import type { Pools } from '../contracts/plan/pools.js';
import { poolProblems } from '../pipeline/plan/check-pools.js';
import { checkKeys, kindOf, show, type Fields, type Report } from './config-fields.js';

const NUMBERS = ['cpu', 'memoryGiB', 'gpu', 'vramGiB', 'limit'];
const TEXTS = ['taskQueue', 'gpuType'];
const DEVICE = { id: 'string', type: 'string', vramGiB: 'number' };

/** Reports what is wrong with the pools of a profile: first their types, then what they say. */
export function checkPoolSettings(pools: unknown, path: string, report: Report): void {
  if (!isPlainObject(pools)) {
    report(path, `expected an object of pools, got ${kindOf(pools)}`);
    return;
  }
  const refused: string[] = [];
  const refuse: Report = (at, problem) => {
    refused.push(at);
    report(at, problem);
  };
  for (const [name, pool] of Object.entries(pools)) {
    if (isPlainObject(pool)) checkTypes(pool, `${path}.${name}`, refuse);
    else refuse(`${path}.${name}`, `expected an object, got ${kindOf(pool)}`);
  }
  if (refused.length === 0) for (const problem of poolProblems(pools as Pools)) report(path, problem);
}

function checkTypes(pool: Fields, path: string, report: Report): void {
  checkKeys(pool, [...TEXTS, ...NUMBERS, 'devices'], path, report);
  const expectType = (key: string, type: 'string' | 'number'): void => {
    const value = pool[key];
    const word = type === 'string' ? 'a text' : 'a number';
    if (value !== undefined && typeof value !== type) report(`${path}.${key}`, `expected ${word}, got ${show(value)}`);
  };
  for (const key of NUMBERS) expectType(key, 'number');
  for (const key of TEXTS) expectType(key, 'string');
  const { devices } = pool;
  if (devices !== undefined && !(Array.isArray(devices) && devices.every(isDevice)))
    report(`${path}.devices`, `expected a list of { id, type, vramGiB }, got ${show(devices)}`);
}

const isDevice = (device: unknown): boolean =>
  isPlainObject(device) && Object.entries(DEVICE).every(([key, type]) => typeof device[key] === type);
