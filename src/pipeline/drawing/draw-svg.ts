import { checkPicture } from './picture-kinds.js';
import type { Plan } from '../../contracts/plan.js';
import { drawDot } from './draw-dot.js';
import type { PictureOptions } from './step-words.js';

/** The picture of `drawDot` as SVG, laid out by Graphviz in WebAssembly, which is loaded with the first picture. */
export async function drawSvg(plan: Plan, options: PictureOptions = {}): Promise<string> {
  checkPicture('drawSvg', plan, options);
  const { instance } = await import('@viz-js/viz');
  const viz = await instance();
  return viz.renderString(drawDot(plan, options), { format: 'svg' });
}
