export { gbdt } from '../pipeline/kinds/trainers.js';
