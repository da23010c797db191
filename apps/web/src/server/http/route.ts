/** How a procedure is reached from outside TypeScript, and what it does in one line for whoever reads the reference. */
export interface Route {
  /** Null: only the portal's own pages call it, because no token can be issued for its permission. */
  method: 'GET' | 'POST' | null;
  /** Below `/api/v1`. A `{name}` is the field of that name in the input. */
  path: string;
  summary: { ja: string; en: string };
}

export const get = (path: string, ja: string, en: string): Route => ({
  method: 'GET',
  path,
  summary: { ja, en },
});

export const post = (path: string, ja: string, en: string): Route => ({
  method: 'POST',
  path,
  summary: { ja, en },
});

/** For people in front of the portal: what a program must not do for them, such as approving or managing members. */
export const inside = (ja: string, en: string): Route => ({ method: null, path: '', summary: { ja, en } });
