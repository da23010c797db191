import { documentId, normaliseText } from '../document.ts';

/** A line of labels that cannot be used; its message is one line with the line's number. */
export class LabelError extends Error {
  override readonly name = 'LabelError';
}

/**
 * Labels as JSONL: each line names a document by `id` or by its `text`, and says in `label` whether it should be kept: 0 (as in
 * LLM-jp's benchmark: acceptable), true or "keep"; any other label means that it should not.
 * @param place what the lines came from, for messages
 * @throws LabelError
 */
export function parseLabels(lines: Iterable<string>, place: string): Map<string, boolean> {
  const labels = new Map<string, boolean>();
  let number = 0;
  for (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const { id, label } = parse(line, `${place}:${number}`);
    labels.set(id, label === 0 || label === true || label === 'keep');
  }
  return labels;
}

function parse(line: string, place: string): { id: string; label: unknown } {
  let value: { id?: unknown; text?: unknown; label?: unknown } | null;
  try {
    value = JSON.parse(line) as typeof value;
  } catch {
    throw new LabelError(`${place}: not a line of JSON`);
  }
  const { id, text, label } = value ?? {};
  if (label === undefined) throw new LabelError(`${place}: no "label"`);
  if (typeof id === 'string') return { id, label };
  if (typeof text === 'string') return { id: documentId(normaliseText(text)), label };
  throw new LabelError(`${place}: neither "id" nor "text"`);
}
