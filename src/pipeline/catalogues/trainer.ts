export { gbdt } from '../options/trainers.js';
