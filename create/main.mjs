#!/usr/bin/env node
// `npm create perennial-ml [folder]`: asks for what was not said, writes a project, and says what comes next.
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { TEMPLATES } from './templates.mjs';
import { writeProject } from './write-project.mjs';

const HELP = `Usage: npm create perennial-ml [folder] -- [options]

creates a project with a pipeline, a test and a CI file

Options:
  --template <name>   ${Object.entries(TEMPLATES)
    .map(([name, { about }]) => `${name}: ${about}`)
    .join('\n                      ')}
  --package <spec>    version or address of perennial-ml (default: the one that goes with this command)
  --yes               ask nothing, take the defaults
  --help              display this

Examples:
  npm create perennial-ml
  npm create perennial-ml rain -- --template model
`;

const CHOICES = Object.keys(TEMPLATES).join(', ');
const [DEFAULT_TEMPLATE] = Object.keys(TEMPLATES);

/** Flags as given. What is wrong with them ends the command with exit code 2. */
function flagsOf(words) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: { template: { type: 'string' }, package: { type: 'string' }, yes: { type: 'boolean' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    return refuse(`${error.message}\n\n${HELP}`);
  }
}

function refuse(text) {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}

async function ask(question, fallback) {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(`${question} (${fallback}): `)).trim() || fallback;
  } finally {
    terminal.close();
  }
}

const { values, positionals } = flagsOf(process.argv.slice(2));
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
if (positionals.length > 1) refuse(`one folder, got ${positionals.join(', ')}`);
const mayAsk = !values.yes && process.stdin.isTTY === true;
const folder = positionals[0] ?? (mayAsk ? await ask('Folder', 'my-pipeline') : 'my-pipeline');
const template = values.template ?? (mayAsk ? await ask(`Template: ${CHOICES}`, DEFAULT_TEMPLATE) : DEFAULT_TEMPLATE);
if (!Object.hasOwn(TEMPLATES, template)) refuse(`there is no template "${template}"; there are ${CHOICES}`);

const problem = await writeProject({ folder, template, packageSpec: values.package });
if (problem !== null) refuse(problem);
const { first } = TEMPLATES[template];
process.stdout.write(`Wrote ${folder}. Next:

  cd ${/^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder)}
  npm install
  npm test                 # the whole pipeline, in this process
  npm run dev              # Temporal, a worker and a model server; the web view is on port 8233
  ${first.padEnd(24)} # in another terminal: a run on them
`);
