import { readFile } from 'node:fs/promises';
import { LabelError, parseLabels } from '../../corpus/filters/labels.ts';
import { UsageError } from './subcommand.ts';

/** Labels of a JSONL file, as `parseLabels` reads them. */
export async function readLabels(path: string): Promise<Map<string, boolean>> {
  try {
    return parseLabels((await readFile(path, 'utf8')).split(/\r?\n/), path);
  } catch (error) {
    throw error instanceof LabelError ? new UsageError(error.message) : error;
  }
}
