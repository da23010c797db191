import { getFormatter, getNow } from 'next-intl/server';

/** A moment as people say it, with the exact time on hover and for machines. */
export async function Time({ at, exact = false }: { at: string; exact?: boolean }) {
  const [format, now] = await Promise.all([getFormatter(), getNow()]);
  const date = new Date(at);
  const full = format.dateTime(date, { dateStyle: 'medium', timeStyle: 'medium' });
  return (
    <time dateTime={at} title={full} className="tabular-nums">
      {exact ? full : format.relativeTime(date, now)}
    </time>
  );
}
