/** Markdown stays Markdown; only YAML or TOML front matter at the beginning is dropped. */
export function markdownText(source: string): string {
  return source.replace(/^(---|\+\+\+)[ \t]*\r?\n(?:[\s\S]*?\r?\n)?\1[ \t]*(?:\r?\n|$)/, '');
}
