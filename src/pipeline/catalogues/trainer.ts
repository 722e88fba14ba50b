export { gbdt } from '../kinds/trainers.js';
