/** Columns of a `schema`. */
export { boolean, category, float, integer, text, timestamp } from '../schema/column-field.js';
