// Numbers as people read them on one line.

export const count = (n: number): string => Math.round(n).toLocaleString('en');

export function short(n: number): string {
  const units = [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  const [size, name] = units.find(([size]) => n >= size) ?? [1, ''];
  return `${(n / size).toPrecision(3)}${name}`;
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-';
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} m ${s % 60} s`;
  if (s < 2 * 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} m`;
  return s < 2 * 365 * 86400 ? `${Math.round(s / 86400)} days` : `${Math.round(s / 86400 / 365)} years`;
}

export const percent = (share: number): string => `${Math.round(100 * share)}%`;
export const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
