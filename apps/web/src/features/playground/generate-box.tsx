'use client';
import { Square } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useRef, useState } from 'react';
import { readEvents } from '../../lib/read-events.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';

/** What of a chunk of OpenAI's API is shown here. */
interface Chunk {
  choices?: { text: string }[];
  usage?: { completion_tokens: number } | null;
  error?: unknown;
}

type Status = 'idle' | 'working' | 'done' | 'stopped';

/** A prompt, the knobs of sampling, and what the model writes as it comes. */
export function GenerateBox({ artifactId }: { artifactId: string }) {
  const t = useTranslations('playground');
  const [prompt, setPrompt] = useState('');
  const [temperature, setTemperature] = useState(0.7);
  const [maxTokens, setMaxTokens] = useState(96);
  const model = useModel(artifactId);
  return (
    <div className="grid gap-8 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)]">
      <form
        className="space-y-5"
        onSubmit={(event) => {
          event.preventDefault();
          void model.run({ prompt, temperature, maxTokens });
        }}
      >
        <Field id="prompt" label={t('prompt')} error={model.problem}>
          {(wiring) => (
            <textarea
              {...wiring}
              rows={4}
              maxLength={4000}
              required
              className="field-box"
              placeholder={t('promptExample')}
              value={prompt}
              onChange={(event) => setPrompt(event.target.value)}
            />
          )}
        </Field>
        <div className="grid gap-5 sm:grid-cols-2">
          <Field id="temperature" label={t('temperature')} help={t('temperatureHelp')}>
            {(wiring) => (
              <div className="flex items-center gap-3">
                <input
                  {...wiring}
                  type="range"
                  min={0}
                  max={1.5}
                  step={0.1}
                  className="w-full accent-ai"
                  value={temperature}
                  onChange={(event) => setTemperature(Number(event.target.value))}
                />
                <output htmlFor="temperature" className="w-8 text-right tabular-nums">
                  {temperature.toFixed(1)}
                </output>
              </div>
            )}
          </Field>
          <Field id="maxTokens" label={t('maxTokens')}>
            {(wiring) => (
              <input
                {...wiring}
                type="number"
                min={1}
                max={512}
                required
                className="field-box tabular-nums"
                value={maxTokens}
                onChange={(event) => setMaxTokens(Number(event.target.value))}
              />
            )}
          </Field>
        </div>
        <div className="flex gap-2">
          <Button type="submit" look="primary" busy={model.status === 'working'}>
            {model.status === 'working' ? t('working') : t('generate')}
          </Button>
          {model.status === 'working' && (
            <Button onClick={model.stop}>
              <Square aria-hidden className="size-3.5 fill-current" />
              {t('stop')}
            </Button>
          )}
        </div>
      </form>
      <Output {...model} />
    </div>
  );
}

function Output(props: { prompt: string; text: string; status: Status; tokens: number }) {
  const t = useTranslations('playground');
  const ended = props.status === 'done' ? t('done', { tokens: props.tokens }) : t('stopped');
  return (
    <section
      aria-label={t('output')}
      aria-busy={props.status === 'working'}
      className="card flex min-h-64 flex-col p-5"
    >
      <h2 className="mb-2 text-sm font-normal text-ink-3">{t('output')}</h2>
      {props.status === 'idle' ? (
        <p className="text-ink-3">{t('empty')}</p>
      ) : (
        <p className="grow text-[1.05rem] leading-9 break-words whitespace-pre-wrap" data-testid="generated">
          <strong className="font-semibold text-ai">{props.prompt}</strong>
          {props.text}
        </p>
      )}
      <p role="status" className="mt-3 text-sm text-ink-3">
        {(props.status === 'done' || props.status === 'stopped') && ended}
      </p>
    </section>
  );
}

function useModel(artifactId: string) {
  const common = useTranslations('common');
  const [status, setStatus] = useState<Status>('idle');
  const [shown, setShown] = useState({ prompt: '', text: '', tokens: 0 });
  const [problem, setProblem] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const run = async (input: { prompt: string; temperature: number; maxTokens: number }) => {
    const abort = new AbortController();
    running.current = abort;
    setProblem(null);
    setStatus('working');
    setShown({ prompt: input.prompt, text: '', tokens: 0 });
    try {
      const { prompt, temperature, maxTokens: max_tokens } = input;
      const stream = { stream: true, stream_options: { include_usage: true } };
      const answer = await fetch('/api/openai/v1/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: artifactId, prompt, temperature, max_tokens, top_p: 0.95, ...stream }),
        signal: abort.signal,
      });
      if (!answer.ok || !answer.body) {
        const body = (await answer.json().catch(() => null)) as { rejection?: { text: string } } | null;
        setProblem(body?.rejection?.text ?? common('unexpected'));
        setStatus('idle');
        return;
      }
      for await (const { data } of readEvents(answer.body)) {
        if (data === '[DONE]') break;
        const { choices, usage, error } = JSON.parse(data) as Chunk;
        const more = choices?.[0]?.text ?? '';
        if (more) setShown((had) => ({ ...had, text: had.text + more }));
        if (usage) setShown((had) => ({ ...had, tokens: usage.completion_tokens }));
        if (error) setProblem(common('unexpected'));
      }
      setStatus('done');
    } catch {
      if (!abort.signal.aborted) setProblem(common('unexpected'));
      setStatus('stopped');
    }
  };
  return { run, stop: () => running.current?.abort(), status, problem, ...shown };
}
