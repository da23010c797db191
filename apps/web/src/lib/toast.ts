export interface Toast {
  text: string;
  tone: 'good' | 'bad';
}

const target = typeof window === 'undefined' ? null : new EventTarget();

/** Says briefly that something was saved or refused. */
export function toast(text: string, tone: Toast['tone'] = 'good'): void {
  target?.dispatchEvent(new CustomEvent<Toast>('toast', { detail: { text, tone } }));
}

export function onToast(listener: (toast: Toast) => void): () => void {
  const handle = (event: Event) => listener((event as CustomEvent<Toast>).detail);
  target?.addEventListener('toast', handle);
  return () => target?.removeEventListener('toast', handle);
}
