import { describe, expect, it } from '@jest/globals';
import { columnsIn, sql } from '../../../src/pipeline/options/sql.js';

describe('a SQL expression', () => {
  it('turns values into literals', () => {
    expect(sql`delay > ${15} AND carrier = ${"O'Hare"} AND late = ${true}`).toEqual({
      sql: "delay > 15 AND carrier = 'O''Hare' AND late = TRUE",
    });
    expect(sql('delay > 15').sql).toBe('delay > 15');
  });

  it('refuses values without a literal', () => {
    expect(() => sql`delay > ${NaN}`).toThrow(expect.objectContaining({ code: 'AUTHORING_INVALID_SQL' }));
  });

  it('names columns bare in any case, or quoted, but not inside strings and comments', () => {
    const known = ['delay', 'origin', 'a "b"', 'Carrier', 'hidden', 'noted'];
    const expression = sql(`DELAY > 15 AND "a ""b""" IS NULL AND carrier <> 'hidden it''s' -- noted\n/* origin */`);
    expect(columnsIn(expression, known)).toEqual(['delay', 'a "b"', 'Carrier']);
  });
});
