/**
 * Canonical JSON in the spirit of RFC 8785: object keys sorted by UTF-16 code unit, no white space, undefined
 * members left out. Used wherever a hash is taken, so that equal values give equal bytes.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`canonical JSON has no ${value}`);
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? ofArray(value) : ofObject(value as Record<string, unknown>);
    default:
      throw new TypeError(`canonical JSON has no ${typeof value}`);
  }
}

function ofArray(items: readonly unknown[]): string {
  return `[${items.map((item) => canonicalJson(item ?? null)).join(',')}]`;
}

/** Every hash of the log passes here, so it makes no lists of pairs on the way. */
function ofObject(members: Record<string, unknown>): string {
  let text = '';
  for (const key of sorted(Object.keys(members))) {
    const member = members[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** In place. Objects have few members, often in order already: `sort` would allocate more than the text. */
function sorted(keys: string[]): string[] {
  if (keys.length > 16) return keys.sort();
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i];
    let at = i;
    for (; at > 0 && keys[at - 1] > key; at--) keys[at] = keys[at - 1];
    keys[at] = key;
  }
  return keys;
}
