import Link from 'next/link';
import { cx } from './cx.ts';

/** A filter that lives in the address, so that it can be shared and works without scripts. */
export function FilterLinks(props: {
  label: string;
  current: string | null;
  options: { value: string | null; label: string; count?: number }[];
  href: (value: string | null) => string;
}) {
  return (
    <nav aria-label={props.label} className="mb-4 flex flex-wrap gap-1.5">
      {props.options.map((option) => {
        const here = option.value === props.current;
        return (
          <Link
            key={option.value ?? ''}
            href={props.href(option.value)}
            aria-current={here ? 'true' : undefined}
            className={cx(
              'rounded-full border px-3 py-1 text-sm leading-6 transition-colors',
              here ? 'border-ai bg-ai-soft text-ai' : 'border-line text-ink-2 hover:bg-sunken',
            )}
          >
            {option.label}
            {option.count !== undefined && (
              <span className="ml-1.5 text-ink-3 tabular-nums">{option.count}</span>
            )}
          </Link>
        );
      })}
    </nav>
  );
}
