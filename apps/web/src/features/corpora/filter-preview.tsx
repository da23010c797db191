'use client';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Field } from '../../ui/field.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { PreviewResult } from './preview-result.tsx';
import { ThresholdSlider } from './threshold-slider.tsx';
import { usePreview } from './use-preview.ts';

interface Rule {
  place: number;
  label: string;
  /** What it measures and who published it. */
  about: string;
  min?: number;
  max?: number;
}

interface Preset {
  name: string;
  rules: Rule[];
}

const LARGEST_LABELS = 1_000_000; // characters, as the procedure takes

/** A sample of a source, one rule of a preset, and its threshold under one's hand. */
export function FilterPreview(props: {
  artifacts: { artifactId: string; title: string }[];
  chosen: string | null;
  presets: Preset[];
}) {
  const t = useTranslations('filterPreview');
  const [artifactId, setArtifactId] = useState(props.chosen ?? props.artifacts[0]?.artifactId ?? '');
  const [presetName, setPresetName] = useState(props.presets[0]?.name ?? '');
  const preset = props.presets.find(({ name }) => name === presetName) as Preset;
  const [place, setPlace] = useState(preset.rules[0]?.place ?? 0);
  const [bounds, setBounds] = useState<{ min?: number; max?: number }>({});
  const [labels, setLabels] = useState('');
  const [labelProblem, setLabelProblem] = useState<string | null>(null);
  const { result, problem, busy } = usePreview({
    artifactId,
    preset: presetName,
    rule: place,
    bounds,
    labels,
  });

  const choosePreset = (name: string) => {
    const [first] = props.presets.find((one) => one.name === name)?.rules ?? [];
    setPresetName(name);
    setPlace(first?.place ?? 0);
    setBounds({});
  };
  const readLabels = async (file: File | undefined) => {
    const isLarge = file !== undefined && file.size > LARGEST_LABELS;
    setLabelProblem(isLarge ? t('labelsTooLarge') : null);
    setLabels(file && !isLarge ? await file.text() : '');
  };
  return (
    <div className="space-y-8">
      <div className="card grid gap-5 p-5 md:grid-cols-2 lg:grid-cols-3">
        <SelectField
          id="artifact"
          label={t('sample')}
          value={artifactId}
          choices={props.artifacts.map(({ artifactId: value, title }) => ({
            value,
            label: `${title} (${value.slice(4, 12)})`,
          }))}
          onChange={setArtifactId}
        />
        <SelectField
          id="preset"
          label={t('preset')}
          value={presetName}
          choices={props.presets.map(({ name }) => ({ value: name, label: name }))}
          onChange={choosePreset}
        />
        <SelectField
          id="rule"
          label={t('rule')}
          value={place}
          choices={preset.rules.map((rule) => ({
            value: rule.place,
            label: `${rule.label} ${boundsText(rule)}`,
          }))}
          onChange={(chosen) => {
            setPlace(chosen);
            setBounds({});
          }}
        />
        <div className="md:col-span-2 lg:col-span-3">
          <Field id="labels" label={t('labels')} help={t('labelsHelp')} error={labelProblem}>
            {(wiring) => (
              <input
                {...wiring}
                type="file"
                accept=".jsonl,application/jsonl,text/plain"
                className="field-box file:mr-3 file:rounded-md file:border-0 file:bg-sunken file:px-3 file:py-1 file:text-ink"
                onChange={(event) => void readLabels(event.target.files?.[0])}
              />
            )}
          </Field>
        </div>
      </div>
      {result && <ThresholdSlider result={result} onMove={(moved) => setBounds({ ...bounds, ...moved })} />}
      <p role="alert" className="text-shu empty:hidden">
        {problem}
      </p>
      {result && (
        <PreviewResult
          result={result}
          about={preset.rules.find((rule) => rule.place === place)?.about ?? ''}
          busy={busy}
        />
      )}
    </div>
  );
}

function boundsText({ min, max }: Rule): string {
  const parts = [min === undefined ? '' : `≥ ${min}`, max === undefined ? '' : `≤ ${max}`].filter(Boolean);
  return parts.length === 0 ? '' : `(${parts.join(', ')})`;
}
