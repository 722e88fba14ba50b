/** Parameters of a pipeline. */
export { list } from '../schema/list.js';
export { boolean, date, integer, number, oneOf, string } from '../schema/parameter.js';
