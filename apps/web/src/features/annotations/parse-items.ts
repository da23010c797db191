export interface DraftItem {
  text: string;
  reply: string | null;
}
/** What is wrong with a file, as a key of the messages with the line it is about. */
export interface ImportProblem {
  problem: 'not-json' | 'no-text' | 'too-long' | 'too-many' | 'too-big' | 'empty';
  line: number;
}

export const importLimits = { items: 2000, bytes: 8 * 1024 * 1024, characters: 8000 };

/**
 * Reads items from lines of JSON: `text`, and what was answered to it as `output`, `reply` or `response`. One bad line
 * refuses the whole file, so that nobody ends up with half of it.
 */
export function parseItems(file: string): { items: DraftItem[] } | ImportProblem {
  if (new TextEncoder().encode(file).length > importLimits.bytes) return { problem: 'too-big', line: 0 };
  const items: DraftItem[] = [];
  for (const [index, raw] of file
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (raw.trim() === '') continue;
    const read = readLine(raw);
    if (typeof read === 'string') return { problem: read, line: index + 1 };
    items.push(read);
    if (items.length > importLimits.items) return { problem: 'too-many', line: index + 1 };
  }
  return items.length > 0 ? { items } : { problem: 'empty', line: 0 };
}

function readLine(raw: string): DraftItem | ImportProblem['problem'] {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return 'not-json';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not-json';
  const record = value as Record<string, unknown>;
  const text = typeof record.text === 'string' ? record.text.trim() : '';
  if (text === '') return 'no-text';
  const answered = [record.output, record.reply, record.response].find((one) => typeof one === 'string');
  const reply = typeof answered === 'string' && answered.trim() !== '' ? answered.trim() : null;
  if (text.length > importLimits.characters || (reply?.length ?? 0) > importLimits.characters)
    return 'too-long';
  return { text, reply };
}
