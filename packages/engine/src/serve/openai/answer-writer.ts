// Writes an answer to the connection: whole at its end, or piece by piece as server-sent events.

import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Shape, Usage } from './answers.ts';
import type { Choice } from './choices.ts';
import type { AnyRequest } from './requests.ts';

export function send(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export class AnswerWriter {
  readonly #response: ServerResponse;
  readonly #shape: Shape;
  readonly #request: AnyRequest;
  readonly #isStream: boolean;
  readonly #withLogprobs: boolean;
  readonly #begun = new Set<number>();
  readonly #head: { id: string; created: number; model: string };

  constructor(response: ServerResponse, shape: Shape, request: AnyRequest) {
    this.#response = response;
    this.#shape = shape;
    this.#request = request;
    this.#isStream = request.stream === true;
    this.#withLogprobs = typeof request.logprobs === 'number' || request.logprobs === true;
    const id = `${shape.prefix}-${randomUUID().replaceAll('-', '')}`;
    this.#head = { id, created: Math.floor(Date.now() / 1000), model: request.model };
  }

  piece(piece: Parameters<Shape['piece']>[0]): void {
    if (!this.#isStream) return;
    this.#begin(piece.index);
    this.#event({ choices: [this.#shape.piece(piece, this.#withLogprobs)] });
  }

  ended(choice: Choice): void {
    if (!this.#isStream) return;
    this.#begin(choice.index);
    this.#event({ choices: [this.#shape.last(choice)] });
  }

  end(choices: readonly Choice[], promptTokens: number): void {
    const completion = choices.reduce((n, c) => n + c.tokens, 0);
    const usage: Usage = {
      prompt_tokens: promptTokens,
      completion_tokens: completion,
      total_tokens: promptTokens + completion,
    };
    if (!this.#isStream) {
      const list = choices.map((c) => this.#shape.choice(c, this.#withLogprobs));
      send(this.#response, 200, { ...this.#head, object: this.#shape.object, choices: list, usage });
      return;
    }
    if (this.#request.stream_options?.include_usage) this.#event({ choices: [], usage });
    this.#response.end('data: [DONE]\n\n');
  }

  #begin(index: number): void {
    if (this.#begun.has(index)) return;
    this.#begun.add(index);
    if (this.#shape.first) this.#event({ choices: [this.#shape.first(index)] });
  }

  #event(body: object): void {
    if (!this.#response.headersSent) {
      this.#response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
      });
    }
    const data = { ...this.#head, object: this.#shape.chunkObject, ...body };
    this.#response.write(`data: ${JSON.stringify(data)}\n\n`);
  }
}
