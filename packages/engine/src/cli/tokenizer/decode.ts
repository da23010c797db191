import { createReadStream } from 'node:fs';
import { linesOf } from '../../corpus/jsonl.ts';
import { parseOptions, type Subcommand, UsageError } from '../corpus/subcommand.ts';
import { needed, readTokenizer } from './files.ts';

const usage = `usage: npm run -s tokenizer -- decode --model MODEL [FILE] [--json]
Text of each line of ids, separated by spaces or as JSON arrays, from FILE or standard input; --json writes JSON strings.`;

function idsOf(line: string, number: number): number[] {
  const ids = line
    .replace(/^\s*\[|\]\s*$/g, '')
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
  if (ids.some((id) => !Number.isInteger(id))) throw new UsageError(`line ${number} is not a list of ids`);
  return ids;
}

export const decode: Subcommand = {
  about: 'text of each line of ids',
  usage,
  async run(args, { out }) {
    const options = { model: { type: 'string' }, json: { type: 'boolean' } } as const;
    const { values, positionals } = parseOptions(args, options, usage);
    const tokenizer = await readTokenizer(needed(values.model, '--model', usage));
    const input = positionals[0] === undefined ? process.stdin : createReadStream(positionals[0]);
    let number = 0;
    for await (const line of linesOf(input)) {
      const text = tokenizer.decode(idsOf(line, ++number));
      out(values.json ? `${JSON.stringify(text)}\n` : `${text}\n`);
    }
    return 0;
  },
};
