'use client';
import type { FilterRule, UploadedFile } from '@tsudoi/schema';
import { useTranslations } from 'next-intl';
import { type ReactNode, useState } from 'react';
import { refusalOf } from '../../lib/trpc.ts';
import { UploadRefused, uploadFile } from '../../lib/upload-file.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { type CorpusDraft, emptyDraft, listsOf } from './corpus-draft.ts';

interface Props {
  presets: Record<string, FilterRule[]>;
  /** Whether it could be put into the card. */
  put: (draft: CorpusDraft) => boolean;
}

const languages = ['ja', 'en', 'code'] as const;

/** The settings of a run's own corpus, to be put into the card: filters with files of one's own, test sets, tokenizer. */
export function CorpusEditor({ presets, put }: Props) {
  const t = useTranslations('runCorpus');
  const languageWords = useTranslations('language');
  const [draft, setDraft] = useState<CorpusDraft>(emptyDraft);
  const [isPut, setIsPut] = useState(false);
  const edit = (next: (before: CorpusDraft) => CorpusDraft) => {
    setDraft(next);
    setIsPut(false);
  };
  const change = (some: Partial<CorpusDraft>) => edit((before) => ({ ...before, ...some }));
  const lists = listsOf(presets[draft.preset] ?? []);
  return (
    <details className="card px-5 py-4">
      <summary className="cursor-pointer font-medium">{t('title')}</summary>
      <p className="phrase mt-2 mb-4 text-sm text-ink-2">{t('lead')}</p>
      <div className="grid gap-5 sm:grid-cols-2">
        <SelectField
          id="corpus-preset"
          label={t('preset')}
          help={t('presetHelp')}
          value={draft.preset}
          choices={[
            { value: '', label: t('none') },
            ...Object.keys(presets).map((name) => ({ value: name, label: name })),
          ]}
          onChange={(preset) => change({ preset })}
        />
        <NumberField
          id="corpus-ranks"
          label={t('ranks')}
          help={t('ranksHelp')}
          value={draft.ranks}
          range={[1, 100]}
          set={(ranks) => change({ ranks })}
        />
        {lists.map((name) => (
          <FileField
            key={name}
            id={`corpus-list-${name}`}
            label={t('list', { name })}
            help={t('listHelp')}
            files={draft.lists[name] ? [draft.lists[name]] : []}
            add={(file) => edit((before) => ({ ...before, lists: { ...before.lists, [name]: file } }))}
            remove={() => edit((before) => ({ ...before, lists: without(before.lists, name) }))}
          />
        ))}
        <FileField
          id="corpus-quality"
          label={t('quality')}
          help={t('qualityHelp')}
          files={draft.quality ? [draft.quality] : []}
          add={(quality) => change({ quality })}
          remove={() => change({ quality: null })}
        />
        {draft.quality && (
          <NumberField
            id="corpus-perplexity"
            label={t('perplexity')}
            value={draft.perplexity}
            range={[1, 100_000]}
            set={(perplexity) => change({ perplexity })}
          />
        )}
        <FileField
          id="corpus-sets"
          label={t('sets')}
          help={t('setsHelp')}
          files={draft.sets}
          add={(file) => edit((before) => ({ ...before, sets: withSet(before.sets, file) }))}
          remove={(file) =>
            edit((before) => ({ ...before, sets: before.sets.filter((set) => set !== file) }))
          }
        />
      </div>
      <div className="mt-5 space-y-3">
        <Choice checked={draft.paragraphs} set={(paragraphs) => change({ paragraphs })}>
          {t('paragraphs')}
        </Choice>
        <Choice
          checked={draft.pieces !== null}
          set={(on) => change({ pieces: on ? { ja: 6000, en: 4000, code: 2000 } : null })}
        >
          {t('partitions')}
        </Choice>
        {draft.pieces && (
          <div className="grid gap-5 sm:grid-cols-3">
            {languages.map((language) => (
              <NumberField
                key={language}
                id={`corpus-pieces-${language}`}
                label={t('pieces', { language: languageWords(language) })}
                value={draft.pieces?.[language] ?? 0}
                range={[0, 1_000_000]}
                set={(count) => draft.pieces && change({ pieces: { ...draft.pieces, [language]: count } })}
              />
            ))}
          </div>
        )}
      </div>
      <div className="mt-5 flex flex-wrap items-center gap-3">
        <Button type="button" look="quiet" onClick={() => setIsPut(put(draft))}>
          {t('put')}
        </Button>
        <p role="status" className="text-sm text-wakatake empty:hidden">
          {isPut && t('isPut')}
        </p>
      </div>
    </details>
  );
}

function without<T>(all: Record<string, T>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => key !== name));
}

/** A file that was chosen twice counts once. */
const withSet = (sets: UploadedFile[], file: UploadedFile) => [
  ...sets.filter(({ sha256 }) => sha256 !== file.sha256),
  file,
];

function Choice({
  checked,
  set,
  children,
}: {
  checked: boolean;
  set: (on: boolean) => void;
  children: ReactNode;
}) {
  return (
    <label className="flex items-start gap-3">
      <input
        type="checkbox"
        className="mt-1.5 accent-ai"
        checked={checked}
        onChange={(event) => set(event.target.checked)}
      />
      <span>{children}</span>
    </label>
  );
}

function NumberField(props: {
  id: string;
  label: string;
  help?: string;
  value: number;
  range: [number, number];
  set: (value: number) => void;
}) {
  const { id, label, help, value, range, set } = props;
  // While somebody types, the field may be empty or out of range.
  const [typed, setTyped] = useState<string | null>(null);
  const within = (text: string) => Math.min(range[1], Math.max(range[0], Math.round(Number(text))));
  return (
    <Field id={id} label={label} help={help}>
      {(wiring) => (
        <input
          {...wiring}
          type="number"
          className="field-box tabular-nums"
          min={range[0]}
          max={range[1]}
          value={typed ?? value}
          onChange={(event) => {
            setTyped(event.target.value);
            if (event.target.value !== '') set(within(event.target.value));
          }}
          onBlur={() => setTyped(null)}
        />
      )}
    </Field>
  );
}

function FileField(props: {
  id: string;
  label: string;
  help: string;
  files: UploadedFile[];
  add: (file: UploadedFile) => void;
  remove: (file: UploadedFile) => void;
}) {
  const { id, label, help, files, add, remove } = props;
  const t = useTranslations('runCorpus');
  const common = useTranslations('common');
  const [problem, setProblem] = useState<string | null>(null);
  const upload = async (file: File) => {
    setProblem(null);
    try {
      add(await uploadFile(file));
    } catch (error) {
      const text = error instanceof UploadRefused ? error.text : refusalOf(error).text;
      setProblem(text || common('unexpected'));
    }
  };
  return (
    <Field id={id} label={label} help={help} error={problem}>
      {(wiring) => (
        <>
          <input
            {...wiring}
            type="file"
            className="field-box file:mr-3 file:rounded-md file:border-0 file:bg-sunken file:px-3 file:py-1 file:text-ink"
            accept=".txt,.jsonl,text/*"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) void upload(file);
            }}
          />
          <div role="status">
            <ul className="mt-1 text-sm empty:hidden">
              {files.map((file) => (
                <li key={file.sha256} className="flex flex-wrap items-baseline gap-x-3">
                  <span className="break-all text-wakatake">{t('uploaded', { name: file.fileName })}</span>
                  <button
                    type="button"
                    className="min-h-6 text-ai underline underline-offset-2"
                    aria-label={t('removeFile', { name: file.fileName })}
                    onClick={() => remove(file)}
                  >
                    {t('remove')}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        </>
      )}
    </Field>
  );
}
