'use client';
import { useTranslations } from 'next-intl';
import { SelectField } from '../../ui/select-field.tsx';

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
    <SelectField
      id={props.id}
      label={t('group')}
      help={t('groupHelp')}
      error={props.error}
      value={props.value}
      choices={[
        { value: '', label: t('everyGroup') },
        ...props.groups.map(({ groupId: value, name: label }) => ({ value, label })),
      ]}
      onChange={props.onChange}
    />
  );
}
