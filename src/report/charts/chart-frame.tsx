import type { ReactElement, ReactNode } from 'react';
import { PLOT, SIZE } from './scales.js';

export interface ChartText {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
}

/** The drawn numbers as a table, for those who do not see the drawing or want to copy them. */
export interface ChartData {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

interface ChartFrameProps extends ChartText {
  /** One sentence of what the chart shows, for screen readers. */
  readonly summary: string;
  /** Names for the legend, in the order of their colours; none: no legend. */
  readonly series: readonly string[];
  readonly data: ChartData;
  readonly children: ReactNode;
}

/** Caption, drawing with the names of its axes, legend and data of a chart. */
export function ChartFrame({ title, xLabel, yLabel, summary, series, data, children }: ChartFrameProps): ReactElement {
  const [centre, middle] = [(PLOT.left + PLOT.right) / 2, (PLOT.top + PLOT.bottom) / 2];
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} role="img" aria-label={`${title}. ${summary}`}>
        {children}
        <text x={centre} y={SIZE.height - 6} textAnchor="middle">
          {xLabel}
        </text>
        <text x={11} y={middle} textAnchor="middle" transform={`rotate(-90 11 ${middle})`}>
          {yLabel}
        </text>
      </svg>
      <Legend series={series} />
      <DataTable {...data} />
    </figure>
  );
}

function Legend({ series }: { readonly series: readonly string[] }): ReactElement | null {
  if (series.length === 0) return null;
  return (
    <div className="key">
      {series.map((name, index) => (
        <span key={name}>
          <i className={`k${index}`} />
          {name}
        </span>
      ))}
    </div>
  );
}

function DataTable({ header, rows }: ChartData): ReactElement {
  return (
    <details>
      <summary>Data</summary>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              {header.map((cell) => (
                <th key={cell} scope="col">
                  {cell}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>
                {row.map((cell, column) => (
                  <td key={column}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
