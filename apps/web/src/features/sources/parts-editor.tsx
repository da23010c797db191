'use client';
import { Plus, Trash2 } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { bytes } from '../../lib/labels.ts';
import { refusalOf } from '../../lib/trpc.ts';
import { UploadRefused, uploadFile } from '../../lib/upload-file.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { emptyPart, type PartDraft } from './draft.ts';

const kinds = ['deb', 'npm', 'url', 'upload'] as const;
const formats = [
  'text',
  'markdown',
  'html',
  'roff',
  'code',
  'jsonl',
  'parquet',
  'warc',
  'mediawiki',
] as const;
const languages = ['ja', 'en', 'code'] as const;

type ErrorOf = (input: string) => string | null;

/** Which files of which places make up the source. */
export function PartsEditor(props: {
  parts: PartDraft[];
  onChange: (parts: PartDraft[]) => void;
  errorOf: ErrorOf;
}) {
  const t = useTranslations('propose');
  const { parts, onChange, errorOf } = props;
  const change = (index: number, changes: Partial<PartDraft>) =>
    onChange(parts.map((part, at) => (at === index ? { ...part, ...changes } : part)));
  return (
    <div className="space-y-4">
      {parts.map((part, index) => (
        <fieldset key={part.key} className="card p-5">
          <legend className="sr-only">{t('part', { number: index + 1 })}</legend>
          <div className="mb-4 flex items-center justify-between">
            <p aria-hidden className="font-medium">
              {t('part', { number: index + 1 })}
            </p>
            {parts.length > 1 && (
              <Button
                small
                look="bare"
                aria-label={t('removePart', { number: index + 1 })}
                onClick={() => onChange(parts.filter((_, at) => at !== index))}
              >
                <Trash2 aria-hidden className="size-4" />
              </Button>
            )}
          </div>
          <div className="grid gap-4 sm:grid-cols-2">
            <LocationFields part={part} index={index} change={(c) => change(index, c)} errorOf={errorOf} />
            <ReadingFields part={part} index={index} change={(c) => change(index, c)} errorOf={errorOf} />
          </div>
        </fieldset>
      ))}
      {parts.length < 20 && (
        <Button onClick={() => onChange([...parts, emptyPart()])}>
          <Plus aria-hidden className="size-4" />
          {t('addPart')}
        </Button>
      )}
    </div>
  );
}

interface PartProps {
  part: PartDraft;
  index: number;
  change: (changes: Partial<PartDraft>) => void;
  errorOf: ErrorOf;
}

function LocationFields({ part, index, change, errorOf }: PartProps) {
  const t = useTranslations('propose');
  const words = useTranslations('location');
  const id = (name: string) => `part-${index}-${name}`;
  return (
    <>
      <SelectField
        id={id('kind')}
        label={t('location')}
        value={part.kind}
        choices={kinds.map((kind) => ({ value: kind, label: words(kind) }))}
        onChange={(kind) => change({ kind })}
      />
      {(part.kind === 'deb' || part.kind === 'npm') && (
        <Field id={id('package')} label={t('package')} error={errorOf(id('package'))}>
          {(wiring) => (
            <input
              {...wiring}
              className="field-box font-mono"
              spellCheck={false}
              placeholder={part.kind === 'deb' ? 'manpages-ja' : 'electron-i18n'}
              value={part.package}
              onChange={(event) => change({ package: event.target.value })}
            />
          )}
        </Field>
      )}
      {part.kind === 'npm' && (
        <Field id={id('version')} label={t('version')} help={t('versionHelp')} error={errorOf(id('version'))}>
          {(wiring) => (
            <input
              {...wiring}
              className="field-box font-mono"
              spellCheck={false}
              value={part.version}
              onChange={(event) => change({ version: event.target.value })}
            />
          )}
        </Field>
      )}
      {part.kind === 'url' && (
        <Field id={id('url')} label={t('url')} error={errorOf(id('url'))}>
          {(wiring) => (
            <input
              {...wiring}
              type="url"
              className="field-box"
              placeholder="https://"
              value={part.url}
              onChange={(event) => change({ url: event.target.value })}
            />
          )}
        </Field>
      )}
      {part.kind === 'upload' && <UploadField part={part} index={index} change={change} errorOf={errorOf} />}
    </>
  );
}

function UploadField({ part, index, change, errorOf }: PartProps) {
  const t = useTranslations('propose');
  const common = useTranslations('common');
  const locale = useLocale();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const id = `part-${index}-file`;
  const upload = async (file: File) => {
    setBusy(true);
    setProblem(null);
    change({ upload: null });
    try {
      change({ upload: await uploadFile(file), include: file.name.slice(0, 200) });
    } catch (error) {
      const text = error instanceof UploadRefused ? error.text : refusalOf(error).text;
      setProblem(text || common('unexpected'));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Field
      id={id}
      label={t('file')}
      help={t('fileHelp')}
      error={problem ?? (part.upload ? null : errorOf(id) && t('uploadFirst'))}
    >
      {(wiring) => (
        <>
          <input
            {...wiring}
            type="file"
            className="field-box file:mr-3 file:rounded-md file:border-0 file:bg-sunken file:px-3 file:py-1 file:text-ink"
            accept=".txt,.md,.html,.jsonl,.gz,text/*"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) void upload(file);
            }}
          />
          <p role="status" className="mt-1 text-sm text-wakatake empty:hidden">
            {busy && t('uploading')}
            {part.upload &&
              t('fileReady', { name: part.upload.fileName, size: bytes(part.upload.size, locale) })}
          </p>
        </>
      )}
    </Field>
  );
}

function ReadingFields({ part, index, change, errorOf }: PartProps) {
  const t = useTranslations('propose');
  const formatWords = useTranslations('format');
  const languageWords = useTranslations('language');
  const id = (name: string) => `part-${index}-${name}`;
  return (
    <>
      <SelectField
        id={id('format')}
        label={t('format')}
        value={part.format}
        choices={formats.map((format) => ({ value: format, label: formatWords(format) }))}
        onChange={(format) => change({ format })}
      />
      <SelectField
        id={id('language')}
        label={t('language')}
        value={part.language}
        choices={languages.map((language) => ({ value: language, label: languageWords(language) }))}
        onChange={(language) => change({ language })}
      />
      <div className="sm:col-span-2">
        <Field id={id('include')} label={t('include')} help={t('includeHelp')} error={errorOf(id('include'))}>
          {(wiring) => (
            <textarea
              {...wiring}
              rows={2}
              className="field-box font-mono"
              spellCheck={false}
              value={part.include}
              onChange={(event) => change({ include: event.target.value })}
            />
          )}
        </Field>
      </div>
    </>
  );
}
