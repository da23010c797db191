import { Search } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { buttonLook } from './button.tsx';

/** Parameters of an address; empty ones are left out. */
export function addressOf(path: string, parameters: Record<string, string | null | undefined>): string {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** Searches a list through its address: it can be shared and works without scripts. */
export function SearchForm(props: {
  path: string;
  label: string;
  text: string;
  /** Other parameters of the address that a search keeps. */
  keep?: Record<string, string | null | undefined>;
}) {
  const t = useTranslations('list');
  const kept = Object.entries(props.keep ?? {}).filter(([, value]) => value);
  return (
    <search className="mb-4">
      <form action={props.path} className="flex max-w-md flex-wrap gap-2">
        {kept.map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value ?? ''} />
        ))}
        <input
          type="search"
          name="q"
          aria-label={props.label}
          placeholder={props.label}
          defaultValue={props.text}
          maxLength={200}
          className="field-box min-w-0 grow basis-40"
        />
        <button type="submit" className={buttonLook('quiet')}>
          <Search aria-hidden className="size-4" />
          {t('search')}
        </button>
        {props.text && (
          <Link href={addressOf(props.path, props.keep ?? {})} className={buttonLook('bare')}>
            {t('clear')}
          </Link>
        )}
      </form>
    </search>
  );
}

/** The way to the next page of a list, and back to its beginning. */
export function Pager(props: {
  path: string;
  keep: Record<string, string | null | undefined>;
  after?: string;
  next: string | null;
}) {
  const t = useTranslations('list');
  if (!props.after && !props.next) return null;
  return (
    <nav aria-label={t('pages')} className="mt-4 flex flex-wrap gap-2">
      {props.after && (
        <Link href={addressOf(props.path, props.keep)} className={buttonLook('quiet', true)}>
          {t('newest')}
        </Link>
      )}
      {props.next && (
        <Link
          href={addressOf(props.path, { ...props.keep, after: props.next })}
          className={buttonLook('quiet', true)}
        >
          {t('older')}
        </Link>
      )}
    </nav>
  );
}
