/**
 * Puts parameters into the holes of a template: `{name}`, or `{name:3}` for a number with exactly three decimals.
 * Numbers are written as the locale writes them; a hole without a parameter stays as it is.
 */
export function fillTemplate(
  template: string,
  params: Readonly<Record<string, string | number>>,
  locale: string,
): string {
  return template.replace(/\{(\w+)(?::(\d))?\}/g, (hole, name: string, decimals?: string) => {
    const value = params[name];
    if (value === undefined) return hole;
    if (typeof value === 'string') return value;
    if (decimals === undefined) return value.toLocaleString(locale);
    const digits = Number(decimals);
    return value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  });
}
