import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { documentId, normaliseText } from '../../corpus/document.ts';
import { UsageError } from './subcommand.ts';

/**
 * Labels of a JSONL file: each line names a document by `id` or by its `text`, and says in `label` whether it should be kept: 0 (as in
 * LLM-jp's benchmark: acceptable), true or "keep"; any other label means that it should not.
 */
export async function readLabels(path: string): Promise<Map<string, boolean>> {
  const labels = new Map<string, boolean>();
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    number += 1;
    if (line.trim() === '') continue;
    const { id, label } = parse(line, `${path}:${number}`);
    labels.set(id, label === 0 || label === true || label === 'keep');
  }
  return labels;
}

function parse(line: string, place: string): { id: string; label: unknown } {
  let value: { id?: unknown; text?: unknown; label?: unknown };
  try {
    value = JSON.parse(line) as typeof value;
  } catch {
    throw new UsageError(`${place}: not a line of JSON`);
  }
  const { id, text, label } = value ?? {};
  if (label === undefined) throw new UsageError(`${place}: no "label"`);
  if (typeof id === 'string') return { id, label };
  if (typeof text === 'string') return { id: documentId(normaliseText(text)), label };
  throw new UsageError(`${place}: neither "id" nor "text"`);
}
