'use client';
import { useTranslations } from 'next-intl';
import { Field, FieldError } from '../../ui/field.tsx';
import { type CardDraft, type CardProblem, valueAt, withValue } from './card-draft.ts';
import { CardGates } from './card-gates.tsx';

/** The settings that most cards change, by their paths in the card. Every other one is reached in its JSON. */
const numbers = {
  data: ['tokenizer.vocabSize', 'shards.sequenceLength', 'shards.heldOutShare'],
  model: [
    'pretrain.model.layers',
    'pretrain.model.hiddenSize',
    'pretrain.model.intermediateSize',
    'pretrain.model.heads',
  ],
  training: [
    'pretrain.steps',
    'pretrain.batchSize',
    'pretrain.optimizer.learningRate',
    'pretrain.optimizer.minLearningRate',
    'pretrain.optimizer.warmupSteps',
    'pretrain.optimizer.weightDecay',
    'pretrain.checkpointEvery',
    'pretrain.seed',
  ],
  needs: ['needs.threads', 'needs.memoryMiB', 'needs.diskMiB'],
} as const;
const paths = new Set<string>(['title', 'purpose', 'sourceIds', ...Object.values(numbers).flat()]);

/** Whether what is wrong with a card can be said at one of its fields. */
export const hasField = (field: string) => paths.has(field);

export interface UsableSource {
  sourceId: string;
  title: string;
}
interface Props {
  card: CardDraft;
  put: (card: CardDraft) => void;
  sources: UsableSource[];
  wrong: CardProblem | null;
}

/** A card as a form: each field with what it means. It edits the same JSON that stands below. */
export function CardFields({ card, put, sources, wrong }: Props) {
  const t = useTranslations('cardForm');
  const problemAt = (path: string) => (wrong?.field === path ? wrong.problem : null);
  const text = (path: 'title' | 'purpose') => ({
    className: 'field-box',
    value: String(valueAt(card, path) ?? ''),
    onChange: (event: { target: { value: string } }) => put(withValue(card, path, event.target.value)),
  });
  return (
    <>
      <Field id="card-title" label={t('title.label')} help={t('title.help')} error={problemAt('title')}>
        {(wiring) => <input {...wiring} {...text('title')} maxLength={120} required />}
      </Field>
      <Field
        id="card-purpose"
        label={t('purpose.label')}
        help={t('purpose.help')}
        error={problemAt('purpose')}
      >
        {(wiring) => <textarea {...wiring} {...text('purpose')} rows={3} maxLength={2000} required />}
      </Field>
      <Sources card={card} put={put} sources={sources} problem={problemAt('sourceIds')} />
      {(Object.keys(numbers) as (keyof typeof numbers)[]).map((group) => (
        <fieldset key={group} className="card px-5 py-4">
          <legend className="px-1 font-medium">{t(`group.${group}`)}</legend>
          <div className="grid items-end gap-5 sm:grid-cols-2">
            {numbers[group]
              .filter((path) => valueAt(card, path) !== undefined)
              .map((path) => (
                <NumberAt key={path} path={path} card={card} put={put} problem={problemAt(path)} />
              ))}
          </div>
        </fieldset>
      ))}
      <CardGates card={card} put={put} />
    </>
  );
}

type Path = (typeof numbers)[keyof typeof numbers][number];

function NumberAt(props: Omit<Props, 'sources' | 'wrong'> & { path: Path; problem: string | null }) {
  const { path, card, put, problem } = props;
  const t = useTranslations('cardForm');
  const name = path.slice(path.lastIndexOf('.') + 1) as LastOf<Path>;
  const value = valueAt(card, path);
  return (
    <Field
      id={`card-${path.replaceAll('.', '-')}`}
      label={t(`number.${name}.label`)}
      help={t(`number.${name}.help`)}
      error={problem}
    >
      {(wiring) => (
        <input
          {...wiring}
          type="number"
          min={0}
          step="any"
          className="field-box tabular-nums"
          value={typeof value === 'number' ? value : ''}
          onChange={({ target }) => {
            const given = target.valueAsNumber;
            put(withValue(card, path, Number.isNaN(given) ? null : given));
          }}
        />
      )}
    </Field>
  );
}

type LastOf<P extends string> = P extends `${string}.${infer Rest}` ? LastOf<Rest> : P;

function Sources({ card, put, sources, problem }: Omit<Props, 'wrong'> & { problem: string | null }) {
  const t = useTranslations('cardForm');
  const named = valueAt(card, 'sourceIds');
  const chosen = new Set(Array.isArray(named) ? named.map(String) : []);
  const known = new Set(sources.map(({ sourceId }) => sourceId));
  const others = [...chosen]
    .filter((id) => !known.has(id))
    .map((sourceId) => ({ sourceId, title: sourceId }));
  const choose = (sourceId: string, on: boolean) => {
    const ids = on ? [...chosen, sourceId] : [...chosen].filter((id) => id !== sourceId);
    put(withValue(card, 'sourceIds', ids.sort()));
  };
  return (
    <fieldset aria-describedby="card-sources-help">
      <legend className="font-medium">{t('sources.label')}</legend>
      <p id="card-sources-help" className="phrase mt-1 mb-2 text-sm leading-6 text-ink-2">
        {sources.length > 0 ? t('sources.help') : t('sources.none')}
      </p>
      <ul className="max-h-72 space-y-2 overflow-y-auto">
        {[...sources, ...others].map(({ sourceId, title }) => (
          <li key={sourceId}>
            <label className="flex items-start gap-3">
              <input
                type="checkbox"
                className="mt-1.5 accent-ai"
                checked={chosen.has(sourceId)}
                onChange={(event) => choose(sourceId, event.target.checked)}
              />
              <span className="min-w-0 break-words">{title}</span>
            </label>
          </li>
        ))}
      </ul>
      <FieldError id="card-sources-error" text={problem} />
    </fieldset>
  );
}
