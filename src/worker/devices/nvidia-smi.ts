import { execFile } from 'node:child_process';
import type { DeviceSpec } from '../../contracts/plan/pools.js';
import { PipelineError } from '../../errors/pipeline-error.js';

const QUERY = ['--query-gpu=index,uuid,name,memory.total,mig.mode.current', '--format=csv'];
const LIMIT_MS = 20_000;
const MIB_PER_GIB = 1_024;

/**
 * The devices that CUDA programs of this process may use: whole GPUs by UUID, and the instances of those that are cut up (MIG). What
 * `CUDA_VISIBLE_DEVICES` hides from the process is left out.
 * @throws PipelineError `POOL_DEVICES_MISSING` when `nvidia-smi` is not there, fails, or answers in a form that cannot be read.
 */
export async function discoverDevices(environment: NodeJS.ProcessEnv): Promise<readonly DeviceSpec[]> {
  const [table, list] = await Promise.all([nvidiaSmi(QUERY), nvidiaSmi(['-L'])]);
  return visibleDevices(parseDevices(table, list), environment['CUDA_VISIBLE_DEVICES']);
}

type Gpu = DeviceSpec & { readonly index: string; readonly instances: readonly DeviceSpec[]; readonly cut: boolean };

/**
 * @param table - what `nvidia-smi --query-gpu=index,uuid,name,memory.total,mig.mode.current --format=csv` printed.
 * @param list - what `nvidia-smi -L` printed: the one place that names MIG instances.
 */
export function parseDevices(table: string, list: string): readonly (DeviceSpec & { readonly index: string })[] {
  return parseTable(table, list).flatMap(({ cut, instances, ...gpu }) =>
    cut ? instances.map((instance) => ({ ...instance, index: gpu.index })) : [gpu],
  );
}

function parseTable(table: string, list: string): readonly Gpu[] {
  const [head = '', ...rows] = table
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (/^no devices were found/i.test(head)) return [];
  const names = head.split(',').map((name) => name.trim().replace(/ \[.*\]$/, ''));
  const at = (name: string): number => names.indexOf(name);
  if (['index', 'uuid', 'name', 'memory.total'].some((name) => at(name) < 0)) throw unreadable(head);
  return rows.map((row) => {
    const cells = row.split(',').map((cell) => cell.trim());
    const cell = (name: string): string => cells[at(name)] ?? '';
    const memoryMiB = Number.parseFloat(cell('memory.total'));
    const id = cell('uuid');
    if (cells.length !== names.length || !Number.isFinite(memoryMiB) || !id.startsWith('GPU-')) throw unreadable(row);
    const type = cell('name').toLowerCase();
    const cut = cell('mig.mode.current') === 'Enabled';
    const vramGiB = inGiB(memoryMiB);
    return { id, type, vramGiB, index: cell('index'), cut, instances: cut ? instancesOf(id, type, list) : [] };
  });
}

const GPU_LINE = /^GPU \d+: .*\(UUID: (GPU-[^)]+)\)/;
const MIG_LINE = /^\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[^)]+)\)/;

function instancesOf(gpu: string, type: string, list: string): DeviceSpec[] {
  const instances: DeviceSpec[] = [];
  let inside = false;
  for (const line of list.split(/\r?\n/)) {
    const uuid = GPU_LINE.exec(line)?.[1];
    if (uuid !== undefined) inside = uuid === gpu;
    const [, profile, id] = MIG_LINE.exec(line) ?? [];
    if (!inside || profile === undefined || id === undefined) continue;
    // `3g.40gb`, `1c.3g.40gb`, `1g.10gb+me`: the memory is in the name.
    const memory = /\.(\d+)gb/.exec(profile)?.[1];
    if (memory === undefined) throw unreadable(line);
    instances.push({ id, type: `${type} mig ${profile}`, vramGiB: Number(memory) });
  }
  return instances;
}

/** As CUDA reads the variable: indices or UUIDs or their beginnings, in order, up to the first that names nothing. */
export function visibleDevices(
  devices: readonly (DeviceSpec & { readonly index: string })[],
  visible: string | undefined,
): readonly DeviceSpec[] {
  const plain = ({ id, type, vramGiB }: DeviceSpec): DeviceSpec => ({ id, type, vramGiB });
  if (visible === undefined) return devices.map(plain);
  const seen: DeviceSpec[] = [];
  for (const name of visible.split(',').map((part) => part.trim())) {
    const found = devices.find(({ id, index }) => (/^\d+$/.test(name) ? index === name : name !== '' && id.startsWith(name)));
    if (found === undefined) return seen;
    seen.push(plain(found));
  }
  return seen;
}

function inGiB(mib: number): number {
  return Math.round((mib / MIB_PER_GIB) * 10) / 10;
}

function nvidiaSmi(words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('nvidia-smi', [...words], { timeout: LIMIT_MS }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (/no devices were found/i.test(stdout + stderr)) resolve('No devices were found');
      else {
        const said = (stdout.trim() || stderr.trim() || error.message).split('\n').slice(0, 3).join(' ');
        reject(missing(error.code === 'ENOENT' ? 'there is no program nvidia-smi' : `nvidia-smi failed: ${said}`));
      }
    });
  });
}

function unreadable(line: string): PipelineError {
  return missing(`nvidia-smi answered in a form that cannot be read: "${line.slice(0, 200)}"`);
}

function missing(what: string): PipelineError {
  return new PipelineError('POOL_DEVICES_MISSING', { what, where: 'this machine' });
}
