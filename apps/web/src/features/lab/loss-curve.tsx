'use client';
import { useTranslations } from 'next-intl';

const WIDTH = 720;
const HEIGHT = 260;
const LEFT = 44;
const BOTTOM = 28;
const TOP = 12;

/** The loss so far as one line, with the loss of guessing as a dashed one. Says its last value in words. */
export function LossCurve(props: {
  points: readonly (readonly [number, number])[];
  uniform: number;
  locale: string;
}) {
  const t = useTranslations('lab');
  const { points, uniform, locale } = props;
  const last = points.at(-1);
  const lastStep = Math.max(100, last?.[0] ?? 0);
  const top = Math.ceil(Math.max(uniform, ...points.map(([, loss]) => loss)) * 2) / 2;
  const x = (step: number) => LEFT + (step / lastStep) * (WIDTH - LEFT - 8);
  const y = (loss: number) => TOP + (1 - loss / top) * (HEIGHT - TOP - BOTTOM);
  const line = thinned(points).map(([step, loss]) => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`);
  const number = (value: number, digits = 2) =>
    value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const label = last
    ? t('curveLabel', { step: last[0], loss: number(last[1]), uniform: number(uniform) })
    : t('curveEmpty');
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} className="w-full">
      {[0, 0.25, 0.5, 0.75, 1].map((part) => (
        <g key={part}>
          <line
            x1={LEFT}
            x2={WIDTH - 8}
            y1={y(part * top)}
            y2={y(part * top)}
            stroke="var(--line)"
            strokeWidth={1}
          />
          <text x={LEFT - 8} y={y(part * top) + 4} textAnchor="end" fontSize={12} fill="var(--ink-3)">
            {number(part * top, 1)}
          </text>
        </g>
      ))}
      {[0, 0.5, 1].map((part) => (
        <text
          key={part}
          x={x(part * lastStep)}
          y={HEIGHT - 8}
          textAnchor={part === 0 ? 'start' : part === 1 ? 'end' : 'middle'}
          fontSize={12}
          fill="var(--ink-3)"
        >
          {Math.round(part * lastStep).toLocaleString(locale)}
        </text>
      ))}
      <line
        x1={LEFT}
        x2={WIDTH - 8}
        y1={y(uniform)}
        y2={y(uniform)}
        stroke="var(--yamabuki)"
        strokeWidth={1.5}
        strokeDasharray="4 4"
      />
      <polyline
        points={line.join(' ')}
        fill="none"
        stroke="var(--ai)"
        strokeWidth={2}
        strokeLinejoin="round"
      />
    </svg>
  );
}

/** At most about 400 points: the mean of each stretch. */
function thinned(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const stretch = Math.ceil(points.length / 400);
  if (stretch <= 1) return [...points];
  const out: [number, number][] = [];
  for (let i = 0; i < points.length; i += stretch) {
    const part = points.slice(i, i + stretch);
    const mean = part.reduce((sum, [, loss]) => sum + loss, 0) / part.length;
    out.push([(part.at(-1) as readonly [number, number])[0], mean]);
  }
  return out;
}
