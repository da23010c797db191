import type { ReactNode } from 'react';

/** Content that may be wider or taller than its place: scrolls on its own, by keyboard too. */
export function ScrollRegion(props: { label: string; className: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without a tab stop a keyboard could not scroll it
    <section tabIndex={0} aria-label={props.label} className={`relative overflow-auto ${props.className}`}>
      {props.children}
    </section>
  );
}
