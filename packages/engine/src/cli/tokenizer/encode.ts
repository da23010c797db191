import { createReadStream } from 'node:fs';
import { linesOf } from '../../corpus/jsonl.ts';
import { parseOptions, type Subcommand } from '../corpus/subcommand.ts';
import { needed, readTokenizer } from './files.ts';

const usage = `usage: npm run -s tokenizer -- encode --model MODEL [FILE] [--pieces] [--json]
Ids of each line of FILE or of standard input, separated by spaces; --pieces shows the pieces, --json an array a line.`;

export const encode: Subcommand = {
  about: 'ids or pieces of each line of text',
  usage,
  async run(args, { out }) {
    const options = {
      model: { type: 'string' },
      pieces: { type: 'boolean' },
      json: { type: 'boolean' },
    } as const;
    const { values, positionals } = parseOptions(args, options, usage);
    const tokenizer = await readTokenizer(needed(values.model, '--model', usage));
    const input = positionals[0] === undefined ? process.stdin : createReadStream(positionals[0]);
    for await (const line of linesOf(input)) {
      const ids = [...tokenizer.encode(line)];
      const shown = values.pieces ? ids.map((id) => tokenizer.idToPiece(id)!) : ids;
      out(values.json ? `${JSON.stringify(shown)}\n` : `${shown.join(' ')}\n`);
    }
    return 0;
  },
};
