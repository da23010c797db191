import type { ComponentProps } from 'react';
import { cx } from './cx.ts';

const looks = {
  primary: 'bg-ai text-on-ai hover:opacity-90 disabled:opacity-50',
  quiet: 'border border-line-2 bg-surface text-ink hover:bg-sunken disabled:opacity-50',
  danger: 'border border-shu/40 bg-surface text-shu hover:bg-shu-soft disabled:opacity-50',
  bare: 'text-ink-2 hover:bg-sunken hover:text-ink',
};

export function buttonLook(look: keyof typeof looks, small = false): string {
  return cx(
    'inline-flex items-center justify-center gap-2 rounded-lg font-medium transition-colors',
    small ? 'min-h-8 px-3 text-sm' : 'min-h-10 px-4',
    looks[look],
  );
}

type ButtonProps = ComponentProps<'button'> & { look?: keyof typeof looks; small?: boolean; busy?: boolean };

export function Button({ look = 'quiet', small, busy, className, children, ...props }: ButtonProps) {
  return (
    <button
      type="button"
      {...props}
      aria-busy={busy || undefined}
      disabled={props.disabled || busy}
      className={cx(buttonLook(look, small), className)}
    >
      {children}
    </button>
  );
}
