/** Small parts of the charts: escaping, axis ticks, and the style that follows the reader's light or dark setting. */

export function escapeXml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
  };
  // Control characters are not allowed in XML at all, not even escaped.
  return text
    .toWellFormed()
    .replace(/(?![\t\n\r])\p{Cc}/gu, '')
    .replace(/[&<>"']/g, (c) => entities[c]);
}

/** Round tick values (1, 2 or 5 times a power of ten) from below `min` to above `max`, about `wanted` of them. */
export function ticks(min: number, max: number, wanted: number): number[] {
  const largest = Math.max(Math.abs(min), Math.abs(max));
  // A range too narrow to label is drawn as a single value.
  const span = max - min > 1e-6 * largest ? max - min : largest || 1;
  const rough = span / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999)!;
  const first = Math.floor(min / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(max / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

export function formatTick(value: number): string {
  if (Math.abs(value) >= 1e9 || (value !== 0 && Math.abs(value) < 1e-4)) return value.toExponential(1);
  return value.toLocaleString('en', { maximumFractionDigits: 4 });
}

/** Coordinates to a tenth of a pixel keep files small. */
export const px = (value: number) => String(Math.round(value * 10) / 10);

/** Colours told apart by readers with any colour vision (after Okabe and Ito), for light and for dark paper. */
const LIGHT = ['#0072b2', '#d55e00', '#007a5a', '#a8487f', '#7a6a00', '#444444'];
const DARK = ['#56b4e9', '#ff9d5c', '#3ecfa3', '#e59cc4', '#e8d34a', '#c8c8c8'];
export const COLOURS = LIGHT.length;

/** A short name for the ids inside one chart, so that several charts can stand in one page. */
export function chartId(content: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < content.length; i++) hash = Math.imul(hash ^ content.charCodeAt(i), 0x01000193);
  return `c${(hash >>> 0).toString(36)}`;
}

function styleOf(id: string): string {
  const classes = (palette: string[]) =>
    palette.map((c, i) => `#${id} .l${i}{stroke:${c}}#${id} .f${i}{fill:${c}}`).join('');
  return (
    `#${id}{color:#1c1c1e;font:13px system-ui,"Noto Sans CJK JP","Hiragino Sans","Yu Gothic",sans-serif}` +
    `#${id} text{fill:currentColor}#${id} .axis{stroke:currentColor;opacity:.6}` +
    `#${id} .grid{stroke:currentColor;opacity:.13}#${id} .line{fill:none;stroke-width:2;stroke-linejoin:round}` +
    `#${id} .title{font-size:16px;font-weight:600}${classes(LIGHT)}` +
    `@media(prefers-color-scheme:dark){#${id}{color:#ececee}${classes(DARK)}}`
  );
}

/** The whole document. `description` says in words what a reader who does not see the chart needs to know. */
export function svgDocument(
  size: { width: number; height: number },
  title: string,
  description: string,
  body: string[],
): string {
  const id = chartId(title + description + body.join(''));
  const { width, height } = size;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" id="${id}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}t ${id}d">`,
    `<title id="${id}t">${escapeXml(title)}</title>`,
    `<desc id="${id}d">${escapeXml(description)}</desc>`,
    `<style>${styleOf(id)}</style>`,
    `<text class="title" x="16" y="26">${escapeXml(title)}</text>`,
    ...body,
    '</svg>\n',
  ].join('\n');
}
