'use client';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { cx } from '../../ui/cx.ts';

export function Nav({ label, items }: { label: string; items: { href: string; label: string }[] }) {
  const path = usePathname();
  return (
    <nav
      aria-label={label}
      className="-mx-2 flex gap-1 overflow-x-auto px-1 py-1 max-sm:order-last max-sm:basis-full"
    >
      {items.map((item) => {
        const here = item.href === '/' ? path === '/' : path.startsWith(item.href);
        return (
          <Link
            key={item.href}
            href={item.href}
            aria-current={here ? 'page' : undefined}
            className={cx(
              'whitespace-nowrap rounded-lg px-2.5 py-1 text-[0.93rem] transition-colors hover:bg-sunken',
              here ? 'font-semibold text-ink' : 'text-ink-2',
            )}
          >
            {item.label}
          </Link>
        );
      })}
    </nav>
  );
}
