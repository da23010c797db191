import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { answerSchemas } from './answer-schemas.ts';

/**
 * Prints the documents that follow from the router as one JSON object, path in the checkout -> content. `npm run
 * generate` runs it as a process of its own, because infra imports nothing from an app.
 */
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const answersFile = here('./answers.json');
const answers = `${JSON.stringify(answerSchemas(here('../router.ts')))}\n`;
const before = readFileSync(answersFile, 'utf8');
// The document is built by the code that serves it, which reads the answers from this file.
if (answers !== before) writeFileSync(answersFile, answers);
try {
  const { openApiDocument } = await import('./openapi.ts');
  const document = `${JSON.stringify(openApiDocument('https://hub.example'), null, 2)}\n`;
  process.stdout.write(
    JSON.stringify({ 'apps/web/src/server/http/answers.json': answers, 'docs/api/openapi.json': document }),
  );
} finally {
  if (answers !== before) writeFileSync(answersFile, before); // writing is for the caller, who may only be checking
}
