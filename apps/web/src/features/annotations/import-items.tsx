'use client';
import { useTranslations } from 'next-intl';
import { useRef, useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { FieldError } from '../../ui/field.tsx';
import { type DraftItem, importLimits, parseItems } from './parse-items.ts';

const together = 100; // items one command takes

interface Planned {
  name: string;
  chunks: { itemId: string; content: DraftItem }[][];
  sent: number;
}

/** Items from a file of JSON lines. Ids are made once per file, so pressing again after a broken line goes on where it stood. */
export function ImportItems({ setId }: { setId: string }) {
  const t = useTranslations('annotations');
  const [plan, setPlan] = useState<Planned | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const add = useCommand(trpc.annotations.addItems.mutate);
  const input = useRef<HTMLInputElement>(null);
  const items = plan?.chunks.flat().length ?? 0;

  const choose = async (file: File | undefined) => {
    setPlan(null);
    setProblem(null);
    add.clear();
    if (!file) return;
    const read =
      file.size > importLimits.bytes
        ? { problem: 'too-big' as const, line: 0 }
        : parseItems(await file.text());
    if ('problem' in read)
      setProblem(t(`importProblem.${read.problem}`, { line: read.line, ...importLimits }));
    else setPlan({ name: file.name, chunks: inChunks(read.items), sent: 0 });
  };
  const send = async () => {
    if (!plan) return;
    for (let sent = plan.sent; sent < plan.chunks.length; sent++) {
      if (!(await add.run({ setId, items: plan.chunks[sent]! }, ''))) return;
      setPlan({ ...plan, sent: sent + 1 });
    }
    setPlan(null);
    if (input.current) input.current.value = '';
  };

  return (
    <div className="card space-y-3 p-5">
      <div>
        <label htmlFor="import-file" className="mb-1 block font-medium">
          {t('import')}
        </label>
        <p id="import-help" className="phrase mb-2 text-sm leading-6 text-ink-2">
          {t('importHelp', { items: importLimits.items })}
        </p>
        <input
          ref={input}
          id="import-file"
          type="file"
          accept=".jsonl,.ndjson,.json,application/jsonl"
          aria-describedby="import-help import-error"
          className="block w-full text-sm file:mr-3 file:min-h-9 file:rounded-lg file:border file:border-line-2 file:bg-surface file:px-3 file:text-ink"
          onChange={(event) => void choose(event.target.files?.[0])}
        />
      </div>
      <pre className="overflow-x-auto rounded-lg bg-sunken px-3 py-2 font-mono text-xs leading-5">
        {'{"text": "…", "output": "…"}'}
      </pre>
      <FieldError id="import-error" text={problem ?? add.refusal?.text} />
      {plan && (
        <Button look="primary" busy={add.busy} onClick={send}>
          {t('importSend', { items })}
        </Button>
      )}
      <p role="status" className="text-sm text-ink-3 empty:hidden">
        {plan && add.busy ? t('importSent', { sent: plan.sent * together, items }) : null}
      </p>
    </div>
  );
}

function inChunks(items: DraftItem[]): Planned['chunks'] {
  const withIds = items.map((content) => ({ itemId: crypto.randomUUID(), content }));
  return Array.from({ length: Math.ceil(items.length / together) }, (_, i) =>
    withIds.slice(i * together, (i + 1) * together),
  );
}
