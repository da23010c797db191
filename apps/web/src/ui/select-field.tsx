import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { Field } from './field.tsx';

export interface Choice<Value> {
  value: Value;
  label: ReactNode;
}

/** A labelled list of which one is chosen. What is handed to `onChange` is one of the choices' values, of their type. */
export function SelectField<Value extends string | number | null>(props: {
  id: string;
  label: ReactNode;
  help?: ReactNode;
  error?: string | null;
  value: Value;
  choices: readonly Choice<NoInfer<Value>>[];
  onChange: (value: NoInfer<Value>) => void;
  disabled?: boolean;
  /** Narrower than its form. */
  narrow?: boolean;
}) {
  const { choices, onChange } = props;
  return (
    <Field id={props.id} label={props.label} help={props.help} error={props.error}>
      {(wiring) => (
        <select
          {...wiring}
          className={cx('field-box', props.narrow && 'sm:max-w-md')}
          value={props.value ?? ''}
          disabled={props.disabled}
          onChange={(event) => onChange(choices[event.target.selectedIndex].value)}
        >
          {choices.map(({ value, label }) => (
            <option key={value ?? ''} value={value ?? ''}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
