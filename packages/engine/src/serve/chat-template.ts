// Chat templates as tokenizer_config.json has them: Jinja over the messages. The rendered text names control tokens by
// their pieces; those in the template become single ids, those that somebody wrote into a message stay text.

import type { Tokenizer } from '../tokenizer/index.ts';
import { renderTemplate } from './render-template.ts';

export interface ChatMessage {
  readonly role: string;
  readonly content: string;
  readonly name?: string;
}

export class ChatTemplateError extends Error {
  override name = 'ChatTemplateError';
}

export interface ChatTemplateOptions {
  readonly bosToken?: string;
  readonly eosToken?: string;
  readonly specials: ReadonlyMap<string, number>;
}

/** U+FDD0..U+FDEF are never characters: one that no message has marks what must not become a control token. */
function unusedMark(messages: readonly ChatMessage[]): string {
  const all = messages.map((m) => m.content + (m.name ?? '')).join('');
  for (let code = 0xfdd0; code < 0xfdf0; code++) {
    const mark = String.fromCharCode(code);
    if (!all.includes(mark)) return mark;
  }
  throw new ChatTemplateError('the messages use every noncharacter of Unicode');
}

const escaped = (s: string) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Any of the pieces, the longest first, as the text of a regular expression. */
const anyOf = (pieces: Iterable<string>): string =>
  [...pieces]
    .filter((p) => p !== '')
    .sort((a, b) => b.length - a.length)
    .map(escaped)
    .join('|');

/**
 * The function from messages to prompt ids. It throws ChatTemplateError where the template is no Jinja, refuses the
 * messages, or goes beyond the bounds of time and memory.
 */
export function chatEncoder(
  template: string,
  tokenizer: Tokenizer,
  options: ChatTemplateOptions,
): (messages: readonly ChatMessage[]) => Promise<number[]> {
  const pieces = anyOf(options.specials.keys());
  const control = pieces === '' ? undefined : new RegExp(pieces, 'g');
  // Where one begins, also inside another.
  const begins = pieces === '' ? undefined : new RegExp(`(?=${pieces})[^]`, 'g');
  return async (messages) => {
    const mark = unusedMark(messages);
    const inert = (text: string) =>
      begins ? text.toWellFormed().replace(begins, (first) => first + mark) : text.toWellFormed();
    const answer = await renderTemplate({
      text: template,
      values: {
        messages: messages.map(({ role, content, name }) => ({
          ...{ role, content: inert(content) },
          ...(name === undefined ? {} : { name: inert(name) }),
        })),
        add_generation_prompt: true,
        bos_token: options.bosToken ?? '',
        eos_token: options.eosToken ?? '',
      },
    });
    // Templates refuse messages by raising; what they say is for the person who sent them.
    if ('problem' in answer) throw new ChatTemplateError(`the chat template: ${answer.problem}`);
    const { rendered } = answer;
    const ids: number[] = [];
    let from = 0;
    const encode = (part: string) => {
      const plain = part.replaceAll(mark, '');
      if (plain !== '') for (const id of tokenizer.encode(plain)) ids.push(id);
    };
    for (const found of control ? rendered.matchAll(control) : []) {
      if (rendered[found.index + 1] === mark) continue; // a piece of one character, out of a message
      encode(rendered.slice(from, found.index));
      ids.push(options.specials.get(found[0])!);
      from = found.index + found[0].length;
    }
    encode(rendered.slice(from));
    return ids;
  };
}
