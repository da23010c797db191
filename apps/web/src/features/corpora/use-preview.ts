'use client';
import type { FilterPreview } from '@tsudoi/engine/corpus/pages';
import { useTranslations } from 'next-intl';
import { useEffect, useRef, useState } from 'react';
import { refusalOf, trpc } from '../../lib/trpc.ts';

export interface Question {
  artifactId: string;
  preset: string;
  rule: number;
  bounds: { min?: number; max?: number };
  labels: string;
}

/** A slider that is dragged asks once it rests this long. */
const REST_MS = 250;

/** The answer to the newest question; an answer that comes late to an older one is thrown away. */
export function usePreview(question: Question) {
  const common = useTranslations('common');
  const [result, setResult] = useState<FilterPreview | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(true);
  const wanted = JSON.stringify(question);
  const unexpected = useRef('');
  unexpected.current = common('unexpected');
  useEffect(() => {
    let gone = false;
    setBusy(true);
    const timer = setTimeout(async () => {
      try {
        const answer = await trpc.corpora.previewFilter.mutate(JSON.parse(wanted) as Question);
        if (gone) return;
        setResult(answer);
        setProblem(null);
      } catch (error) {
        if (!gone) setProblem(refusalOf(error).text || unexpected.current);
      }
      if (!gone) setBusy(false);
    }, REST_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [wanted]);
  return { result, problem, busy };
}
