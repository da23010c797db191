import { Field } from './field.tsx';

/** The JSON that a form's fields write, folded away for who would rather edit it as text. */
export function AdvancedJson(props: {
  id: string;
  title: string;
  label: string;
  help: string;
  rows: number;
  text: string;
  onChange: (text: string) => void;
}) {
  return (
    <details className="card px-5 py-4">
      <summary className="cursor-pointer font-medium">{props.title}</summary>
      <div className="mt-4">
        <Field id={props.id} label={props.label} help={props.help}>
          {(wiring) => (
            <textarea
              {...wiring}
              rows={props.rows}
              spellCheck={false}
              className="field-box font-mono text-[0.83rem]"
              value={props.text}
              onChange={(event) => props.onChange(event.target.value)}
            />
          )}
        </Field>
      </div>
    </details>
  );
}
