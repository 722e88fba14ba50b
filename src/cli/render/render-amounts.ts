const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const STEP = 1024;

/** `1.5 MiB`; whole bytes below a KiB. */
export function formatBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  for (; value >= STEP && unit < UNITS.length - 1; unit += 1) value /= STEP;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit] ?? ''}`;
}

const LENGTHS: readonly (readonly [name: string, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** `90 days`, `24 hours`: in the largest unit of which it is a whole number, a single day in hours. */
export function formatLength(ms: number): string {
  const [name, size] = LENGTHS.find(([unit, length]) => ms % length === 0 && (unit !== 'day' || ms !== length)) ?? [
    'millisecond',
    1,
  ];
  const count = ms / size;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
