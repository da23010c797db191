const words = { documents: 'documents', tokens: 'tokens', 'bits per byte': 'bitsPerByte' } as const;
/** Reads the messages `artifactTitle`. */
type Translate = (key: (typeof words)[keyof typeof words], values: { count: number }) => string;

const counted = new RegExp(`^([\\d.]+) (${Object.keys(words).join('|')})$`);

/**
 * A corpus, shards and an evaluation are named in their manifests by what was counted in them, and manifests never
 * change: the words are translated where they are read. Other titles are names.
 */
export function artifactTitle(title: string, t: Translate): string {
  const [, count, unit] = counted.exec(title) ?? [];
  return unit ? t(words[unit as keyof typeof words], { count: Number(count) }) : title;
}
