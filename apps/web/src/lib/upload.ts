/** SHA-256 of a file as hex. Needs a secure context: https, or this machine. */
export async function sha256Of(file: File): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const byEnding: [RegExp, string][] = [
  [/\.gz$/i, 'application/gzip'],
  [/\.jsonl$/i, 'application/jsonl'],
  [/\.(md|markdown)$/i, 'text/markdown'],
  [/\.html?$/i, 'text/html'],
];

/** Browsers do not agree on types of plain files, so the name decides. */
export function mediaTypeOf(file: { name: string; type: string }): string {
  return byEnding.find(([ending]) => ending.test(file.name))?.[1] ?? (file.type || 'text/plain');
}
