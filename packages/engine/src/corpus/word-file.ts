/** The words of a list as people write it: one a line, blank lines and lines that begin with # passed over. */
export function wordsOfFile(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}
