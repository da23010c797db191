import { COLOURS, escapeXml, formatTick, px, svgDocument, ticks } from './svg.ts';

/** Charts for reports as SVG text, without any library. Points that are not finite numbers are left out. */
export interface LineChart {
  title: string;
  xLabel: string;
  yLabel: string;
  series: readonly { name: string; points: readonly (readonly [number, number])[] }[];
  width?: number;
  height?: number;
}

export interface BarChart {
  title: string;
  valueLabel: string;
  bars: readonly { name: string; value: number }[];
  /** Index of the bar in a second colour: ours. */
  highlight?: number;
  width?: number;
}

const DASHES = ['', '7 4', '2 4', '10 3 2 3', '5 2', '1 3'];

interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
  x(value: number): number;
  y(value: number): number;
}

function axes(frame: Frame, xTicks: number[], yTicks: number[], chart: LineChart): string[] {
  const { left, right, top, bottom } = frame;
  const middle = (top + bottom) / 2;
  return [
    ...yTicks.flatMap((value) => [
      `<line class="grid" x1="${px(left)}" x2="${px(right)}" y1="${px(frame.y(value))}" y2="${px(frame.y(value))}"/>`,
      `<text x="${px(left - 8)}" y="${px(frame.y(value) + 4)}" text-anchor="end">${formatTick(value)}</text>`,
    ]),
    ...xTicks.flatMap((value) => [
      `<line class="axis" x1="${px(frame.x(value))}" x2="${px(frame.x(value))}" y1="${bottom}" y2="${bottom + 5}"/>`,
      `<text x="${px(frame.x(value))}" y="${bottom + 20}" text-anchor="middle">${formatTick(value)}</text>`,
    ]),
    `<path class="axis" fill="none" d="M${px(left)} ${top}V${bottom}H${px(right)}"/>`,
    `<text x="${px((left + right) / 2)}" y="${bottom + 42}" text-anchor="middle">${escapeXml(chart.xLabel)}</text>`,
    `<text transform="rotate(-90 18 ${px(middle)})" x="18" y="${px(middle)}" text-anchor="middle">${escapeXml(chart.yLabel)}</text>`,
  ];
}

/** Width of a text in pixels, near enough to place what follows: wide characters count twice. */
function textWidth(text: string): number {
  let width = 0;
  for (const character of text)
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(character) ? 13 : 7.4;
  return width;
}

/** Names with a piece of their line, wrapped to the width. Returns the lines of SVG and the height used. */
function legend(names: string[], width: number): { parts: string[]; height: number } {
  let x = 16;
  let y = 50;
  const parts = names.flatMap((name, i) => {
    const needed = 34 + textWidth(name) + 18;
    if (x > 16 && x + needed > width - 16) {
      x = 16;
      y += 20;
    }
    const at = x;
    x += needed;
    return [
      `<line class="line l${i % COLOURS}" stroke-dasharray="${DASHES[i % DASHES.length]}" x1="${px(at)}" x2="${px(at + 26)}" y1="${y - 4}" y2="${y - 4}"/>`,
      `<text x="${px(at + 34)}" y="${y}">${escapeXml(name)}</text>`,
    ];
  });
  return { parts, height: y };
}

const bounds = (values: number[]): [number, number] =>
  values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity] as [
    number,
    number,
  ]);

/** One line a series over linear axes; colour and dash tell the series apart. Works without any points. */
export function lineChart(chart: LineChart): string {
  const { title, width = 720, height = 400 } = chart;
  const series = chart.series.map(({ name, points }) => ({
    name,
    points: points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)),
  }));
  const all = series.flatMap(({ points }) => points);
  const [xMin, xMax] = all.length > 0 ? bounds(all.map(([x]) => x)) : [0, 1];
  const [yMin, yMax] = all.length > 0 ? bounds(all.map(([, y]) => y)) : [0, 1];
  const yTicks = ticks(yMin, yMax, 6);
  const xTicks = ticks(xMin, xMax, 7);
  const [low, high] = [yTicks[0], yTicks[yTicks.length - 1]];
  const [from, to] = [Math.min(xMin, xTicks[0]), xMax > xMin ? xMax : xTicks[xTicks.length - 1]];
  const head = legend(
    series.map(({ name }) => name),
    width,
  );
  const left = 34 + Math.max(...yTicks.map((value) => textWidth(formatTick(value))));
  const frame: Frame = {
    left,
    right: width - 24,
    top: head.height + 16,
    bottom: height - 56,
    x: (value) => left + ((value - from) / (to - from)) * (width - 24 - left),
    y: (value) => frame.bottom - ((value - low) / (high - low)) * (frame.bottom - frame.top),
  };
  const lines = series.flatMap(({ points }, i) => {
    const d = points.map(([x, y], n) => `${n === 0 ? 'M' : 'L'}${px(frame.x(x))} ${px(frame.y(y))}`).join('');
    const style = `class="line l${i % COLOURS}" stroke-dasharray="${DASHES[i % DASHES.length]}"`;
    return points.length > 0 ? [`<path ${style} d="${d}"/>`] : [];
  });
  const words = series.map(({ name, points }) => {
    const last = points[points.length - 1];
    if (!last) return `${name}: -`;
    return `${name}: ${formatTick(points[0][1])} → ${formatTick(last[1])} (${formatTick(points[0][0])} – ${formatTick(last[0])})`;
  });
  const inside = xTicks.filter((value) => value >= from && value <= to);
  const body = [...head.parts, ...axes(frame, inside, yTicks, chart), ...lines];
  return svgDocument(
    { width, height },
    title,
    `${chart.yLabel} / ${chart.xLabel}. ${words.join('; ')}`,
    body,
  );
}

/** Horizontal bars from zero with their values written out; names may be long. Values must not be negative. */
export function barChart(chart: BarChart): string {
  const { title, bars, width = 720 } = chart;
  const row = 34;
  const height = 84 + row * bars.length;
  const left = Math.min(width * 0.45, 28 + Math.max(0, ...bars.map(({ name }) => textWidth(name))));
  const right = width - 84;
  const values = bars.map(({ value }) => (Number.isFinite(value) ? Math.max(0, value) : 0));
  const top = Math.max(0, ...values) || 1;
  const body = bars.flatMap(({ name, value }, i) => {
    const y = 50 + row * i;
    const length = (values[i] / top) * (right - left);
    return [
      `<text x="${px(left - 10)}" y="${y + 17}" text-anchor="end">${escapeXml(name)}</text>`,
      `<rect class="f${i === chart.highlight ? 1 : 0}" x="${px(left)}" y="${y}" width="${px(length)}" height="${row - 10}" rx="3"/>`,
      `<text x="${px(left + length + 8)}" y="${y + 17}">${Number.isFinite(value) ? formatTick(value) : '–'}</text>`,
    ];
  });
  const label = `<text x="${px(left)}" y="${height - 14}">${escapeXml(chart.valueLabel)}</text>`;
  const words = bars.map(({ name, value }) => `${name}: ${Number.isFinite(value) ? formatTick(value) : '–'}`);
  return svgDocument({ width, height }, title, `${chart.valueLabel}. ${words.join('; ')}`, [...body, label]);
}
