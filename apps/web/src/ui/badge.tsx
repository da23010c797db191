import type { ReactNode } from 'react';
import { cx } from './cx.ts';

export type Tone = 'plain' | 'ai' | 'good' | 'wait' | 'bad' | 'run';

const tones: Record<Tone, string> = {
  plain: 'bg-sunken text-ink-2',
  ai: 'bg-ai-soft text-ai',
  good: 'bg-wakatake-soft text-wakatake',
  wait: 'bg-yamabuki-soft text-yamabuki',
  bad: 'bg-shu-soft text-shu',
  run: 'bg-fuji-soft text-fuji',
};

/** A state in one word. Colour never stands alone: the word says it too. */
export function Badge({ tone, children, dot = false }: { tone: Tone; children: ReactNode; dot?: boolean }) {
  return (
    <span
      className={cx(
        'inline-flex items-center gap-1.5 whitespace-nowrap rounded-full px-2.5 py-0.5 text-[0.8rem] leading-6',
        tones[tone],
      )}
    >
      {dot && <span aria-hidden className="size-1.5 rounded-full bg-current" />}
      {children}
    </span>
  );
}
