import { ScrollRegion } from '../../ui/scroll-region.tsx';

/** A type as text; the names of other types in it lead to where they stand on this page. */
export function TypeBlock({ label, text, names }: { label: string; text: string; names: string[] }) {
  const known = new Set(names);
  const parts = text.split(/\b([A-Z]\w+)\b/);
  return (
    <ScrollRegion label={label} className="card max-h-[32rem] bg-sunken px-4 py-3">
      <pre className="font-mono text-[0.8rem] leading-6">
        {parts.map((part, index) =>
          index % 2 === 1 && known.has(part) ? (
            <a key={index} className="link" href={`#type-${part}`}>
              {part}
            </a>
          ) : (
            part
          ),
        )}
      </pre>
    </ScrollRegion>
  );
}
