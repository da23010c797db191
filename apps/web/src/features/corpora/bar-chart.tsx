/** Horizontal bars from zero, the number beside each: nothing is told by length alone. */
export function BarChart({
  title,
  bars,
  locale,
}: {
  title: string;
  bars: readonly { label: string; value: number }[];
  locale: string;
}) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  return (
    <figure className="card p-5">
      <figcaption className="mb-3 text-base font-semibold">{title}</figcaption>
      <ul className="space-y-1.5">
        {bars.map(({ label, value }) => (
          <li
            key={label}
            className="grid grid-cols-[minmax(0,9.5rem)_minmax(0,1fr)_5.5rem] items-center gap-3 text-sm leading-6"
          >
            <span className="break-words text-ink-2">{label}</span>
            <span aria-hidden className="h-2.5 overflow-hidden rounded-full bg-sunken">
              <span
                className="block h-full rounded-full bg-ai"
                style={{ width: `${(value / most) * 100}%` }}
              />
            </span>
            <span className="text-right tabular-nums">{value.toLocaleString(locale)}</span>
          </li>
        ))}
      </ul>
    </figure>
  );
}
