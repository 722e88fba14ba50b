import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';

/** Inside the repository, so that `perennial` is this package. */
const FOLDER = path.resolve('.perennial', `compile-errors-${process.pid}`);
const FILE = path.join(FOLDER, 'pipeline.ts');

/** What people write by mistake, and the first line that the compiler says of it: column, kind and place. */
const MISTAKES: readonly (readonly [code: string, says: string])[] = [
  [
    'feature.standardize(flights.distanec);',
    `Property 'distanec' does not exist on type 'Schema<"flights", { readonly date: "timestamp"; readonly distance: "float"; ` +
      `readonly origin: "category"; readonly late: "boolean"; readonly seats: "integer"; }>'. Did you mean 'distance'?`,
  ],
  [
    'feature.hourOf(flights.origin);',
    wrongKind('origin', 'category', "'origin' is a category column; feature.hourOf takes a timestamp"),
  ],
  [
    'feature.standardize(flights.late);',
    wrongKind('late', 'boolean', "'late' is a boolean column; feature.standardize takes a float or an integer"),
  ],
  [
    'feature.targetEncode(flights.origin, flights.seats);',
    wrongKind('seats', 'integer', "'seats' is an integer column; feature.targetEncode takes a category"),
  ],
  [
    'check.between(flights.origin, { min: 1 });',
    wrongKind('origin', 'category', "'origin' is a category column; check.between takes a float or an integer"),
  ],
  [
    'drift.wasserstein(flights.origin);',
    wrongKind('origin', 'category', "'origin' is a category column; drift.wasserstein takes a float or an integer"),
  ],
  [
    'p.evaluate(model, { slices: [flights.distance] });',
    `Type 'Column<"distance", "float", "flights">' is not assignable to type 'Column<string, "category", "flights">'.`,
  ],
  [
    'p.validate(raw, { checks: [check.notNull(airports.code)] });',
    `Type 'Check<Column<"code", "category", "airports">>' is not assignable to type 'Check<ColumnOf<"flights">>'.`,
  ],
  [
    'p.feature(raw, { label: late, split: newest, columns: { code: feature.oneHot(airports.code) } });',
    `Type 'Transform<Column<"code", "category", "airports">>' is not assignable to type 'Transform<ColumnOf<"flights">>'.`,
  ],
  ['gt(flights.origin, 15);', refused('15', "'origin' is a category column; gt compares it with a text, not with a number")],
  [
    "eq('late', flights.late);",
    wrongKind('late', 'boolean', "'late' is a boolean column; eq compares it with a boolean, not with a text"),
  ],
  [
    'gt(flights.late, true);',
    wrongKind('late', 'boolean', "'late' is a boolean column; gt takes a number, a text or a timestamp"),
  ],
  ['add(flights.origin, 1);', wrongKind('origin', 'category', "'origin' is a category column; add takes a number")],
  [
    'and(flights.late, flights.seats);',
    wrongKind(
      'seats',
      'integer',
      "'seats' is an integer column; and takes a condition, such as a comparison or a boolean column",
    ),
  ],
  [
    'label.binary(flights.distance);',
    wrongKind(
      'distance',
      'float',
      "'distance' is a float column; label.binary takes a condition, such as a comparison or a boolean column",
    ),
  ],
  [
    'label.regression(flights.late);',
    wrongKind('late', 'boolean', "'late' is a boolean column; label.regression takes a number"),
  ],
  [
    "feature.derive(eq(flights.origin, 'SFO'));",
    refused(
      `Expression<"boolean", Column<"origin", "category", "flights">>`,
      "'origin' is a category column; feature.derive takes floats, integers and booleans",
    ),
  ],
  [
    'check.notNull(flights.distance, { where: flights.seats });',
    `Type 'Column<"seats", "integer", "flights">' is not assignable to type '"'seats' is an integer column; where takes a condition, such as a comparison or a boolean column"'.`,
  ],
  [
    'p.when(gt(flights.distance, 1), () => model);',
    `Argument of type 'Expression<"boolean", Column<"distance", "float", "flights">>' is not assignable to parameter of type 'RunCondition'.`,
  ],
  ['gt(score.acu, 1);', `Property 'acu' does not exist on type 'Reference<{ auc: number; parts: { rows: number; } | null; }>'.`],
  [
    'gt(score.parts.row, 1);',
    `Property 'row' does not exist on type 'Reference<{ rows: number; } | null>'. Did you mean 'rows'?`,
  ],
  ['gt(score.auc.high, 1);', `Property 'high' does not exist on type 'Ref<number>'.`],
  [
    'p.step("s", { inputs: { id: model.meta.idd }, run: () => 1 });',
    `Property 'idd' does not exist on type 'Reference<ModelMeta>'.`,
  ],
  ['gt(evaluation.metrics.f1, 0.5);', `Property 'f1' does not exist on type 'Reference<Pick<MetricValues, "roc_auc">>'.`],
  [
    'gt(evaluation.metrix.roc_auc, 0.5);',
    `Property 'metrix' does not exist on type 'EvaluationReference<"flights", "binary", "roc_auc">'.`,
  ],
  ["p.evaluate(model, { metrics: ['rmse'] });", `Type '"rmse"' is not assignable to type 'MetricOf<"binary">'.`],
];

function refused(given: string, words: string): string {
  return `Argument of type '${given}' is not assignable to parameter of type '"${words}"'.`;
}

function wrongKind(column: string, type: string, words: string): string {
  return `Argument of type 'Column<"${column}", "${type}", "flights">' is not assignable to parameter of type '"${words}"'.`;
}

const BEFORE = `import { add, and, check, col, definePipeline, drift, eq, feature, gt, label, schema, source, split, trainer } from 'perennial-ml';
const flights = schema('flights', {
  date: col.timestamp({ eventTime: true }), distance: col.float(), origin: col.category(), late: col.boolean(), seats: col.integer(),
});
const airports = schema('airports', { code: col.category() });
definePipeline('mistakes', { params: {} }, (p) => {
  const raw = p.ingest({ source: source.parquet('x'), schema: flights });
  const late = label.binary(flights.late);
  const newest = split.byTime({ test: '7 days' });
  const features = p.feature(raw, { label: late, split: newest, columns: { d: feature.numeric(flights.distance) } });
  const model = p.train(features, { trainer: trainer.gbdt() });
  const score = p.step('score', { run: () => ({ auc: 0.5, parts: null as { rows: number } | null }) });
  const evaluation = p.evaluate(model, { metrics: ['roc_auc'] });
`;
const FIRST = BEFORE.split('\n').length;
const CODE = `${BEFORE}${MISTAKES.map(([code]) => code).join('\n')}\n});\n`;

/** The first line of each error, by the line of the file. */
type Errors = ReadonlyMap<number, string>;

describe('the first line that the compiler says of a mistake', () => {
  let checked: Errors;
  let native: Errors;

  beforeAll(async () => {
    await mkdir(FOLDER, { recursive: true });
    await writeFile(FILE, CODE);
    const settings = path.join(FOLDER, 'tsconfig.json');
    await writeFile(settings, JSON.stringify({ extends: '../../tsconfig.json', include: ['*.ts'] }));
    checked = errorsInProcess(settings);
    native = await errorsOfCommand(settings);
  });
  afterAll(() => rm(FOLDER, { recursive: true, force: true }));

  it.each(MISTAKES.map(([code, says], index) => ({ code, says, line: FIRST + index })))('$code', ({ says, line }) => {
    expect(checked.get(line)).toBe(says);
    expect(native.get(line)).toBe(says);
  });

  it('is said of nothing else', () => {
    expect([...checked.keys()]).toEqual(MISTAKES.map((_, index) => FIRST + index));
  });
});

/** By the compiler that is JavaScript. */
function errorsInProcess(settings: string): Errors {
  const { config } = ts.readConfigFile(settings, (file) => ts.sys.readFile(file)) as { readonly config: unknown };
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, FOLDER);
  const program = ts.createProgram(fileNames, options);
  const source = program.getSourceFile(FILE);
  const found = program.getSemanticDiagnostics(source).map(({ start = 0, messageText }): [number, string] => {
    const line = source?.getLineAndCharacterOfPosition(start).line ?? 0;
    return [line + 1, typeof messageText === 'string' ? messageText : messageText.messageText];
  });
  return new Map(found);
}

/** By the compiler that is native code. */
async function errorsOfCommand(settings: string): Promise<Errors> {
  const compiler = path.resolve('node_modules/typescript7/bin/tsc');
  const words = [compiler, '-p', settings, '--pretty', 'false'];
  const { stdout } = await promisify(execFile)(process.execPath, words).catch((error: unknown) => error as { stdout: string });
  const lines = [...stdout.matchAll(/pipeline\.ts\((\d+),\d+\): error TS\d+: (.*)$/gm)];
  return new Map(lines.map(([, line, text = '']) => [Number(line), text]));
}
