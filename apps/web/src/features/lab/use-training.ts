'use client';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { FromWorker, Ready, Size, ToWorker } from './protocol.ts';

export type State = 'idle' | 'preparing' | 'running' | 'paused' | 'done' | 'failed';

export interface Sample {
  readonly step: number;
  readonly text: string;
}

const NOTHING = {
  points: [] as readonly (readonly [number, number])[],
  samples: [] as readonly Sample[],
  rate: 0,
  ready: null as Ready | null,
  failure: null as Extract<FromWorker, { type: 'failed' }> | null,
};

/** One worker per training; reset ends it, and with it everything that it held on the GPU. */
export function useTraining() {
  const worker = useRef<Worker | null>(null);
  const [state, setState] = useState<State>('idle');
  const [shown, setShown] = useState(NOTHING);

  const end = useCallback(() => {
    worker.current?.terminate();
    worker.current = null;
  }, []);
  useEffect(() => end, [end]);

  const hear = (message: FromWorker) => {
    switch (message.type) {
      case 'ready':
        setShown((had) => ({ ...had, ready: message }));
        return setState((was) => (was === 'preparing' ? 'running' : was));
      case 'progress':
        return setShown((had) => ({
          ...had,
          points: [...had.points, ...message.points],
          rate: message.tokensPerSecond,
        }));
      case 'sample':
        return setShown((had) => ({
          ...had,
          samples: [{ step: message.step, text: message.text }, ...had.samples].slice(0, 12),
        }));
      case 'done':
        return setState('done');
      case 'failed':
        setShown((had) => ({ ...had, failure: message }));
        setState('failed');
        return end();
    }
  };

  const tell = (message: ToWorker) => worker.current?.postMessage(message);
  return {
    state,
    ...shown,
    start(text: string, size: Size) {
      end();
      setShown(NOTHING);
      setState('preparing');
      const made = new Worker(new URL('./training.worker.ts', import.meta.url), { type: 'module' });
      made.onmessage = ({ data }: MessageEvent<FromWorker>) => hear(data);
      made.onerror = (event) => hear({ type: 'failed', kind: 'device', detail: event.message });
      worker.current = made;
      tell({ type: 'start', text, size });
    },
    pause() {
      tell({ type: 'pause' });
      setState('paused');
    },
    resume() {
      tell({ type: 'resume' });
      setState('running');
    },
    reset() {
      end();
      setShown(NOTHING);
      setState('idle');
    },
  };
}
