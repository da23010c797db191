/** Same-origin checks. Next reports `http://localhost` in `request.url` whatever the browser asked for, so headers decide. */
const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

function parseOrigin(value: string | null): URL | null {
  if (!value) return null;
  try {
    return new URL(value);
  } catch {
    return null;
  }
}

/** Whether the request was addressed to this machine by name (guards local personas against DNS rebinding). */
export function isLoopbackHost(host: string | null): boolean {
  const url = parseOrigin(host ? `http://${host}` : null);
  return url !== null && loopbackNames.has(url.hostname);
}

/** Whether a state-changing request comes from our own pages. `hubUrl` is where people reach the hub. */
export function isOwnOrigin(origin: string | null, hubUrl: string): boolean {
  const from = parseOrigin(origin);
  if (!from) return false;
  const own = new URL(hubUrl);
  if (from.origin === own.origin) return true;
  // On one machine the names of the loopback are one place.
  return (
    loopbackNames.has(own.hostname) &&
    loopbackNames.has(from.hostname) &&
    from.protocol === own.protocol &&
    from.port === own.port
  );
}
