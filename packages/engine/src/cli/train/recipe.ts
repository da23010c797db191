// Reads and checks a recipe file: shape, known-bad settings, and whether it can fit this machine.

import { readFile } from 'node:fs/promises';
import { lintAdvice, lintPretrain, TrainingRecipe } from '@tsudoi/schema';

/** A recipe that cannot be run; the message is one line a problem. */
export class RecipeError extends Error {
  override name = 'RecipeError';
}

/** What is not there is said so. */
const plainly = (message: string) =>
  message.replace(/^Invalid input: expected (.*), received undefined$/, 'missing; it is a $1');

export async function readRecipe(path: string): Promise<TrainingRecipe> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new RecipeError(`${path} is not JSON: ${error.message}`);
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') {
      throw new RecipeError(`${path} is a folder; a recipe is a JSON file (ready ones are in recipes/)`);
    }
    throw error;
  }
  const parsed = TrainingRecipe.safeParse(json);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(
      (issue) => `${path}: ${issue.path.join('.') || 'recipe'}: ${plainly(issue.message)}`,
    );
    throw new RecipeError(lines.join('\n'));
  }
  const problems = lintPretrain(parsed.data.pretrain);
  if (problems.length > 0) {
    const lines = problems.map(
      ({ field, value, code, params }) =>
        `${path}: pretrain.${field} is ${value}; ${lintAdvice(code, params ?? {}, 'en')}`,
    );
    throw new RecipeError(lines.join('\n'));
  }
  return parsed.data;
}
