// Usage: node validate.mjs FILE. Prints the official parser's diagnostics as a JSON list; exit code 1 if one of them is an error.
import { readFile } from 'node:fs/promises';
import { Parser } from '@asyncapi/parser';

const ERROR = 0; // severities: 0 error, 1 warning, 2 information, 3 hint
const file = process.argv[2];
const { diagnostics } = await new Parser().parse(await readFile(file, 'utf8'), { source: file });
console.log(JSON.stringify(diagnostics.map(({ code, severity, message, path, range }) => ({
  code, severity, message, path: path.join('.'), line: range.start.line + 1,
})), null, 1));
process.exitCode = diagnostics.some(({ severity }) => severity === ERROR) ? 1 : 0;
