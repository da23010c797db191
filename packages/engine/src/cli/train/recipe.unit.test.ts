// What a recipe that cannot run is told, line by line.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecipeError, readRecipe } from './recipe.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'recipe-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = readFileSync(new URL('../../../../../recipes/first-neox.json', import.meta.url), 'utf8');

describe('a recipe', () => {
  it.each([
    ['is no JSON', text.slice(1), /r\.json is not JSON/],
    [
      'has a misspelt field',
      text.replace('"title"', '"titel"'),
      /title: missing; it is a string[\s\S]*"titel"/,
    ],
    [
      'has a size below one',
      text.replace('"layers": 4', '"layers": 0'),
      /pretrain\.model\.layers: Too small/,
    ],
    ['has an unknown architecture', text.replace('"gpt_neox"', '"mamba"'), /pretrain\.model\.architecture/],
    [
      'has heads that do not divide',
      text.replace('"heads": 4', '"heads": 5'),
      /model\.heads is 5; it must divide/,
    ],
    ['has a known-bad epsilon', text.replace('1e-8', '1e-5'), /optimizer\.eps is 0\.00001; use 1e-8/],
  ])('that %s is refused by name', async (_what, content, message) => {
    const path = join(folder, 'r.json');
    writeFileSync(path, content);
    await expect(readRecipe(path)).rejects.toThrow(RecipeError);
    await expect(readRecipe(path)).rejects.toThrow(message);
  });

  it('that is wrong twice is told both', async () => {
    const path = join(folder, 'r.json');
    writeFileSync(path, text.replace('1e-8', '1e-5').replace('"beta2": 0.95', '"beta2": 0.999'));
    await expect(readRecipe(path)).rejects.toThrow(/optimizer\.eps[\s\S]*\n.*optimizer\.beta2/);
  });
});
