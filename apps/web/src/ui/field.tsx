import type { ReactNode } from 'react';

/** A labelled input with its help and its one line of error. `children` gets the ids to wire up. */
export function Field(props: {
  id: string;
  label: ReactNode;
  help?: ReactNode;
  error?: string | null;
  optional?: string;
  children: (wiring: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }) => ReactNode;
}) {
  const described = [props.help && `${props.id}-help`, props.error && `${props.id}-error`]
    .filter(Boolean)
    .join(' ');
  return (
    <div>
      <label htmlFor={props.id} className="mb-1 block font-medium">
        {props.label}
        {props.optional && <span className="ml-2 text-sm font-normal text-ink-3">{props.optional}</span>}
      </label>
      {props.help && (
        <p id={`${props.id}-help`} className="phrase mb-2 text-sm leading-6 text-ink-2">
          {props.help}
        </p>
      )}
      {props.children({
        id: props.id,
        'aria-describedby': described || undefined,
        'aria-invalid': props.error ? true : undefined,
      })}
      <FieldError id={`${props.id}-error`} text={props.error} />
    </div>
  );
}

export function FieldError({ id, text }: { id: string; text?: string | null }) {
  return (
    <p id={id} role="alert" className="mt-1.5 text-sm leading-6 text-shu empty:hidden">
      {text}
    </p>
  );
}
