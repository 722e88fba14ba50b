import type { ReactElement } from 'react';
import { formatNumber } from '../html.js';
import { PLOT, rounded, type Scale, shortened, ticksOf } from './scales.js';

/** Numbers below the data. */
export function XAxis({ scale, wholeOnly = false }: { readonly scale: Scale; readonly wholeOnly?: boolean }): ReactElement {
  return (
    <>
      {ticksOf(scale, wholeOnly).map((tick) => (
        <text key={tick} x={rounded(scale(tick))} y={PLOT.bottom + 15} textAnchor="middle">
          {formatNumber(tick)}
        </text>
      ))}
    </>
  );
}

/** Numbers left of the data, each with a line across it. */
export function YAxis({ scale }: { readonly scale: Scale }): ReactElement {
  return (
    <>
      {ticksOf(scale).map((tick) => (
        <g key={tick}>
          <path className="axis" d={`M${PLOT.left} ${rounded(scale(tick))}H${PLOT.right}`} />
          <text x={PLOT.left - 6} y={rounded(scale(tick) + 4)} textAnchor="end">
            {formatNumber(tick)}
          </text>
        </g>
      ))}
    </>
  );
}

/** Names below the data; `every` so many are drawn. */
export function NameAxis({ names, at, every }: NameAxisProps): ReactElement {
  return (
    <>
      {names.map((name, index) =>
        index % every === 0 ? (
          <text key={index} x={rounded(at(index))} y={PLOT.bottom + 15} textAnchor="middle">
            {shortened(name)}
          </text>
        ) : null,
      )}
    </>
  );
}

interface NameAxisProps {
  readonly names: readonly string[];
  /** Middle of a name. */
  readonly at: (index: number) => number;
  readonly every: number;
}
