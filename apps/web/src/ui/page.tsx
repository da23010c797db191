import Link from 'next/link';
import type { ReactNode } from 'react';

/** The head of a page: where it belongs, its title, and what one can do here. */
export function PageHead(props: {
  title: ReactNode;
  parent?: { href: string; label: string };
  lead?: ReactNode;
  meta?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="mb-8 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
      <div className="min-w-0 max-w-3xl">
        {props.parent && (
          <p className="mb-1 text-sm">
            <Link className="link" href={props.parent.href}>
              {props.parent.label}
            </Link>
          </p>
        )}
        <h1 className="text-[1.7rem] sm:text-[2rem]">{props.title}</h1>
        {props.meta && (
          <div className="mt-3 flex flex-wrap items-center gap-2 text-sm text-ink-2">{props.meta}</div>
        )}
        {props.lead && <p className="phrase mt-3 max-w-2xl text-ink-2">{props.lead}</p>}
      </div>
      {props.actions && <div className="flex flex-wrap gap-2">{props.actions}</div>}
    </div>
  );
}

/** A titled part of a page. */
export function Section(props: { title: ReactNode; aside?: ReactNode; children: ReactNode; id?: string }) {
  return (
    <section className="mb-10" aria-labelledby={props.id ? `${props.id}-title` : undefined} id={props.id}>
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 id={props.id ? `${props.id}-title` : undefined} className="text-lg">
          {props.title}
        </h2>
        {props.aside && <div className="text-sm text-ink-3">{props.aside}</div>}
      </div>
      {props.children}
    </section>
  );
}

/** Nothing here yet, and what to do about it. */
export function Empty(props: { title: string; children?: ReactNode; action?: ReactNode; alone?: boolean }) {
  const { title, children, action } = props;
  const Title = props.alone ? 'h1' : 'p'; // the only content of a page is also its heading
  return (
    <div className="card flex flex-col items-center border-dashed px-6 py-12 text-center">
      <svg aria-hidden viewBox="0 0 48 24" className="mb-4 h-6 text-line-2" fill="currentColor">
        <circle cx="6" cy="12" r="2" />
        <circle cx="18" cy="7" r="2.6" />
        <circle cx="20" cy="18" r="2" />
        <circle cx="31" cy="12" r="3.2" />
        <circle cx="43" cy="12" r="4" />
      </svg>
      <Title className="text-base font-semibold">{title}</Title>
      {children && <p className="phrase mt-1 max-w-md text-ink-2">{children}</p>}
      {action && <div className="mt-5">{action}</div>}
    </div>
  );
}

/** Pairs of a name and a value. */
export function Facts({ items }: { items: { term: ReactNode; value: ReactNode }[] }) {
  return (
    <dl className="@container divide-y divide-line">
      {items.map((item, index) => (
        <div key={index} className="grid grid-cols-[7rem_1fr] gap-x-4 py-2 @md:grid-cols-[11rem_1fr]">
          <dt className="text-sm leading-7 text-ink-3">{item.term}</dt>
          <dd className="min-w-0 break-words">{item.value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Bar({ share, label, tone = 'bg-ai' }: { share: number; label: string; tone?: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      className="h-1.5 overflow-hidden rounded-full bg-sunken"
    >
      <div className={`h-full rounded-full ${tone}`} style={{ width: `${percent}%` }} />
    </div>
  );
}
