import type { RowExpression, RowOperator } from '../../contracts/stages/row-expression.js';
import type { GraphBuilder } from '../../onnx/model-builder.js';
import { notServed, servedKind } from './feature-sql.js';

/** Where the nodes go. */
export interface GraphPlace {
  readonly builder: Pick<GraphBuilder, 'node'>;
  /** Prefix of the names of all values. */
  readonly prefix: string;
  /** The tensor float[N, 1] of a column: NaN where it is missing, a boolean as 1 or 0. */
  readonly tensorOf: (column: string) => string;
  /** An input [N, 1] of any type. */
  readonly anyInput: string;
}

/** Two tensors bool[N, 1]: where a condition is true, and where it is false; a missing one is neither. */
interface Truth {
  readonly yes: string;
  readonly no: string;
}

const COMPARISONS = { gt: 'Greater', gte: 'GreaterOrEqual', lt: 'Less', lte: 'LessOrEqual', eq: 'Equal' } as const;
/** What holds when the comparison does not and neither side is missing. NaN holds in none. */
const OPPOSITE = { gt: 'lte', gte: 'lt', lt: 'gte', lte: 'gt' } as const;
const ARITHMETIC: { readonly [Op in RowOperator]?: string } = {
  ...{ add: 'Add', sub: 'Sub', mul: 'Mul', div: 'Div', neg: 'Neg', abs: 'Abs' },
};

/** Writes the nodes of a derived feature and returns its tensor, float[N, 1]: NaN where it is missing. Equal to `featureSql`, bit for bit. */
export function featureGraph(expression: RowExpression, place: GraphPlace): string {
  return new FeatureGraph(place).value(expression);
}

class FeatureGraph {
  readonly #place: GraphPlace;
  readonly #constants = new Map<string, string>();
  #made = 0;

  constructor(place: GraphPlace) {
    this.#place = place;
  }

  value(expression: RowExpression): string {
    if (servedKind(expression) === 'number') return this.#number(expression);
    const { yes, no } = this.#truth(expression);
    const otherwise = this.#node('Where', [no, this.#constant(0), this.#constant(NaN)]);
    return this.#node('Where', [yes, this.#constant(1), otherwise]);
  }

  #number(expression: RowExpression): string {
    if ('column' in expression) return this.#place.tensorOf(expression.column);
    if ('value' in expression && typeof expression.value === 'number') return this.#constant(expression.value);
    const operator = 'op' in expression ? ARITHMETIC[expression.op] : undefined;
    if (!('op' in expression) || operator === undefined) throw notServed();
    return this.#node(
      operator,
      expression.operands.map((operand) => this.#number(operand)),
    );
  }

  #truth(expression: RowExpression): Truth {
    if ('column' in expression) {
      const tensor = this.#place.tensorOf(expression.column);
      const is = (value: number): string => this.#node('Equal', [tensor, this.#constant(value)]);
      return { yes: is(1), no: is(0) };
    }
    if ('value' in expression)
      return this.#certain(this.#node('Equal', [this.#constant(expression.value === true ? 1 : 0), this.#constant(1)]));
    if (!('op' in expression)) throw notServed();
    const { op, operands } = expression;
    switch (op) {
      case 'and':
      case 'or':
        return operands.map((operand) => this.#truth(operand)).reduce((left, right) => this.#both(left, right, op === 'and'));
      case 'not':
        return opposite(this.#truth(first(operands)));
      case 'isNull':
        return this.#isMissing(first(operands));
      case 'gt':
      case 'gte':
      case 'lt':
      case 'lte':
      case 'eq':
      case 'ne':
        return this.#compared(op, operands);
      default:
        throw notServed();
    }
  }

  #compared(op: 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'ne', operands: readonly RowExpression[]): Truth {
    if (op === 'ne') return opposite(this.#compared('eq', operands));
    if (operands.some((operand) => servedKind(operand) === 'boolean')) {
      if (op !== 'eq') throw notServed();
      const [left, right] = [this.#truth(first(operands)), this.#truth(first(operands.slice(1)))];
      const neither = this.#both(opposite(left), opposite(right), true);
      return this.#both(this.#both(left, right, true), neither, false);
    }
    const sides = operands.map((operand) => this.#number(operand));
    const yes = this.#node(COMPARISONS[op], sides);
    if (op !== 'eq') return { yes, no: this.#node(COMPARISONS[OPPOSITE[op]], sides) };
    return { yes, no: this.#node('Or', [this.#node('Less', sides), this.#node('Greater', sides)]) };
  }

  /** Whether all hold, or whether one does, in three-valued logic. */
  #both(left: Truth, right: Truth, all: boolean): Truth {
    const every = (side: keyof Truth): string => this.#node('And', [left[side], right[side]]);
    const some = (side: keyof Truth): string => this.#node('Or', [left[side], right[side]]);
    return all ? { yes: every('yes'), no: some('no') } : { yes: some('yes'), no: every('no') };
  }

  #isMissing(operand: RowExpression): Truth {
    if (servedKind(operand) === 'number') return this.#certain(this.#node('IsNaN', [this.#number(operand)]));
    const { yes, no } = this.#truth(operand);
    return opposite(this.#certain(this.#node('Or', [yes, no])));
  }

  #certain(yes: string): Truth {
    return { yes, no: this.#node('Not', [yes]) };
  }

  /**
   * A constant as one value for each row. The runtime's optimizer rewrites arithmetic with constants that it sees: 1 / x * y becomes y / x, which
   * gives other bits.
   */
  #constant(value: number): string {
    const key = Object.is(value, -0) ? '-0' : String(value);
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const filled = { value: { tensor: { type: 'float', dims: [1], data: [value] } } } as const;
    const shape = this.#node('Shape', [this.#place.anyInput]);
    const made = this.#name('constant');
    this.#place.builder.node('ConstantOfShape', [shape], [made], filled);
    this.#constants.set(key, made);
    return made;
  }

  #node(operator: string, inputs: readonly string[]): string {
    const made = this.#name(operator.toLowerCase());
    this.#place.builder.node(operator, inputs, [made]);
    return made;
  }

  #name(word: string): string {
    this.#made += 1;
    return `${this.#place.prefix}/${String(this.#made)}_${word}`;
  }
}

const opposite = ({ yes, no }: Truth): Truth => ({ yes: no, no: yes });

function first(operands: readonly RowExpression[]): RowExpression {
  const [operand] = operands;
  if (operand === undefined) throw notServed();
  return operand;
}
