'use client';
import { useTranslations } from 'next-intl';
import { FieldError } from '../../ui/field.tsx';

/** What one may choose from; single event types are typed in. */
const kinds = [
  'source',
  'job',
  'run',
  'artifact',
  'release',
  'annotation-set',
  'annotation-item',
  'credit',
  'person',
  'group',
] as const;

export interface TopicsDraft {
  all: boolean;
  kinds: string[];
  /** Event types, separated by commas or spaces. */
  more: string;
}
export const allTopics: TopicsDraft = { all: true, kinds: [], more: '' };

export function topicsOf({ all, kinds: chosen, more }: TopicsDraft): string[] {
  return all ? ['*'] : [...chosen, ...more.split(/[\s,、]+/).filter(Boolean)];
}

/** Which events a webhook or a subscription is about. */
export function TopicsField(props: {
  id: string;
  draft: TopicsDraft;
  onChange: (draft: TopicsDraft) => void;
  error: string | null;
}) {
  const t = useTranslations('streams');
  const words = useTranslations('streamType');
  const { id, draft, onChange, error } = props;
  const toggle = (kind: string, wanted: boolean) =>
    onChange({
      ...draft,
      kinds: wanted ? [...draft.kinds, kind] : draft.kinds.filter((one) => one !== kind),
    });
  return (
    <fieldset aria-describedby={`${id}-error`}>
      <legend className="mb-1 font-medium">{t('topics')}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-1">
        {[true, false].map((all) => (
          <label key={String(all)} className="flex items-center gap-2">
            <input
              type="radio"
              name={id}
              className="accent-ai"
              checked={draft.all === all}
              onChange={() => onChange({ ...draft, all })}
            />
            {all ? t('topicsAll') : t('topicsSome')}
          </label>
        ))}
      </div>
      {!draft.all && (
        <div className="mt-3 space-y-3">
          <div className="grid grid-cols-2 gap-x-4 gap-y-1 sm:grid-cols-3">
            {kinds.map((kind) => (
              <label key={kind} className="flex items-center gap-2">
                <input
                  type="checkbox"
                  className="accent-ai"
                  checked={draft.kinds.includes(kind)}
                  onChange={(event) => toggle(kind, event.target.checked)}
                />
                {words(kind)}
              </label>
            ))}
          </div>
          <div>
            <label htmlFor={`${id}-more`} className="mb-1 block text-sm">
              {t('topicsMore')}
            </label>
            <input
              id={`${id}-more`}
              aria-describedby={`${id}-more-help`}
              className="field-box font-mono text-sm"
              value={draft.more}
              onChange={(event) => onChange({ ...draft, more: event.target.value })}
            />
            <p id={`${id}-more-help`} className="phrase mt-1 text-sm text-ink-3">
              {t('topicsMoreHelp')}
            </p>
          </div>
        </div>
      )}
      <FieldError id={`${id}-error`} text={error} />
    </fieldset>
  );
}
