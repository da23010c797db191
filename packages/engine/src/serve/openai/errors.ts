// Errors in the shape of OpenAI's API: {error: {message, type, param, code}}.

import type { z } from 'zod';

export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  readonly code: string | null;
  readonly param: string | null;
  /** Numbers of the message, for programs. */
  readonly details: Readonly<Record<string, string | number>>;
  /** Of the answer: when to come again, what is allowed. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    code: string | null = null,
    param: string | null = null,
    details: Readonly<Record<string, string | number>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.headers = headers;
    this.details = details;
    this.status = status;
    this.code = code;
    this.param = param;
  }

  get body(): object {
    const { message, param, code, details } = this;
    return { error: { message, type: typeOf(this.status), param, code, ...details } };
  }
}

function typeOf(status: number): string {
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

/** What a schema says about a request, as one line about one parameter. */
export function refusalOf(error: z.ZodError): ApiError {
  const [issue] = error.issues;
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    return new ApiError(400, `Unrecognized request argument supplied: ${key}`, 'unknown_parameter', key);
  }
  const param = issue.path.join('.') || null;
  const message = param ? `Invalid '${param}': ${issue.message}` : `Invalid request: ${issue.message}`;
  return new ApiError(400, message, 'invalid_value', param);
}
