'use client';
import { useTranslations } from 'next-intl';
import { Field } from '../../ui/field.tsx';

export interface GroupChoice {
  groupId: string;
  name: string;
}

/** Whose events: those of one working group of the reader's, or of the whole hub. */
export function GroupField(props: {
  id: string;
  groups: GroupChoice[];
  value: string;
  onChange: (groupId: string) => void;
  error: string | null;
}) {
  const t = useTranslations('streams');
  if (props.groups.length === 0) return null;
  return (
    <Field id={props.id} label={t('group')} help={t('groupHelp')} error={props.error}>
      {(wiring) => (
        <select
          {...wiring}
          className="field-box"
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
        >
          <option value="">{t('everyGroup')}</option>
          {props.groups.map((group) => (
            <option key={group.groupId} value={group.groupId}>
              {group.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
