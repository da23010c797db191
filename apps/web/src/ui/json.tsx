import { ScrollRegion } from './scroll-region.tsx';

/** A record as it is kept, folded away until somebody asks. */
export function Json({ title, value }: { title: string; value: unknown }) {
  return (
    <details className="card">
      <summary className="px-4 py-3 font-medium">{title}</summary>
      <ScrollRegion label={title} className="max-h-96 border-t border-line px-4 py-3">
        <pre className="font-mono text-[0.8rem] leading-6">{JSON.stringify(value, null, 2)}</pre>
      </ScrollRegion>
    </details>
  );
}
