/**
 * Answers about artifacts, which never change: the newest few are kept, and callers who come while one is being made wait for
 * it. A failure is not kept.
 */
export function remembered<Value>(size: number, make: (key: string) => Promise<Value>) {
  const kept = new Map<string, Promise<Value>>();
  return (key: string): Promise<Value> => {
    const known = kept.get(key);
    kept.delete(key); // to be put at the end, as the newest
    const value = known ?? make(key);
    kept.set(key, value);
    value.catch(() => kept.delete(key));
    const [oldest] = kept.keys();
    if (kept.size > size && oldest !== undefined) kept.delete(oldest);
    return value;
  };
}
