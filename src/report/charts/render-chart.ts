import { createElement, type FunctionComponent } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { BarChart, type BarChartProps } from './bar-chart.js';
import { IntervalChart, type IntervalChartProps } from './interval-chart.js';
import { LineChart, type LineChartProps } from './line-chart.js';

/** The charts as HTML for a page without scripts: equal properties give equal bytes. */
export const lineChart = (props: LineChartProps): string => markup(LineChart, props);
export const barChart = (props: BarChartProps): string => markup(BarChart, props);
export const intervalChart = (props: IntervalChartProps): string => markup(IntervalChart, props);

function markup<Props extends object>(component: FunctionComponent<Props>, props: Props): string {
  return renderToStaticMarkup(createElement(component, props));
}
