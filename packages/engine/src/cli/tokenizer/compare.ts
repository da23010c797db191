import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { barChart } from '../../evaluation/plots.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { numberOf, parseOptions, type Subcommand, UsageError } from '../corpus/subcommand.ts';
import { named, readTokenizer, splitTexts } from './files.ts';
import { efficiency } from './measure.ts';

const usage = `usage: npm run -s tokenizer -- compare [NAME=]MODEL… --text LANGUAGE=FILE… [--held-out 0.01] [--seed 1] [--no-sentencepiece]
         [--svg FILE] [--json]
Characters per token of each model on the held-out part of each text, the same part that \`train\` holds out with the same share and
seed. spm_train, where it is installed, is trained on the rest of the same texts to the size of the first model, all languages at once
and without cutting Japanese into words; it packs text of its own kind tighter, with phrases for pieces.`;

const INSTALL = 'apt-get install -y --no-install-recommends sentencepiece';

interface Row {
  model: string;
  pieces: number;
  charactersPerToken: Record<string, number>;
}

/** A model of SentencePiece over the training texts with LLM-jp's flags, or null with a line that says why. */
async function peerOf(
  first: Tokenizer,
  texts: readonly string[],
  progress: (line: string) => void,
): Promise<Tokenizer | null> {
  const scratch = await mkdtemp(join(tmpdir(), 'tsudoi-tokenizer-'));
  try {
    const input = join(scratch, 'training.txt');
    await writeFile(input, texts.map((text) => `${text}\n`).join(''));
    let longest = 1;
    for (let id = 0; id < first.vocabSize; id++) {
      const piece = first.idToPiece(id) ?? '';
      if (!/^(\u2581\u2581|<)/.test(piece)) longest = Math.max(longest, [...piece].length);
    }
    progress(`spm_train: ${first.vocabSize} pieces on the same texts`);
    const flags = [
      `--input=${input}`,
      `--model_prefix=${join(scratch, 'peer')}`,
      `--vocab_size=${first.vocabSize}`,
      `--max_sentencepiece_length=${Math.min(longest, 16)}`,
      ...['--model_type=unigram', '--normalization_rule_name=identity', '--byte_fallback', '--split_digits'],
      ...['--add_dummy_prefix=false', '--remove_extra_whitespaces=false', '--allow_whitespace_only_pieces'],
      ...['--hard_vocab_limit=false', '--minloglevel=2'],
    ];
    await promisify(execFile)('spm_train', flags, { maxBuffer: 1 << 26 });
    return await readTokenizer(join(scratch, 'peer.model'));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    progress(
      missing
        ? `SentencePiece is not compared, spm_train is not installed: ${INSTALL}`
        : `SentencePiece is not compared: ${(error as Error).message.split('\n').at(-1)}`,
    );
    return null;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function table(rows: readonly Row[], languages: readonly string[]): string {
  const width = Math.max(...rows.map(({ model }) => model.length), 5);
  const cell = (value: string | number) => String(value).padStart(10);
  const head = `${'model'.padEnd(width)} ${cell('pieces')}${languages.map(cell).join('')}`;
  const lines = rows.map(({ model, pieces, charactersPerToken }) => {
    const figures = languages.map((language) => cell(charactersPerToken[language].toFixed(3)));
    return `${model.padEnd(width)} ${cell(pieces)}${figures.join('')}`;
  });
  return `characters per token on held-out text (more is better)\n${head}\n${lines.join('\n')}\n`;
}

function chart(rows: readonly Row[], languages: readonly string[]): string {
  const bars = languages.flatMap((language) =>
    rows.map(({ model, charactersPerToken }) => ({
      name: `${language} ${model}`,
      value: charactersPerToken[language],
    })),
  );
  return barChart({ title: 'Characters per token', valueLabel: 'characters per token, held-out text', bars });
}

export const compare: Subcommand = {
  about: 'characters per token by language against SentencePiece and other models',
  usage,
  async run(args, { out, progress }) {
    const { values, positionals } = parseOptions(
      args,
      {
        text: { type: 'string', multiple: true, default: [] },
        'held-out': { type: 'string', default: '0.01' },
        seed: { type: 'string', default: '1' },
        'no-sentencepiece': { type: 'boolean' },
        svg: { type: 'string' },
        json: { type: 'boolean' },
      },
      usage,
    );
    if (positionals.length === 0 || values.text.length === 0) throw new UsageError(usage);
    const models: { name: string; model: Tokenizer }[] = [];
    for (const { name, path } of named(positionals)) models.push({ name, model: await readTokenizer(path) });
    const split = {
      share: numberOf(values['held-out'], '--held-out'),
      seed: numberOf(values.seed, '--seed'),
    };
    const heldOut: Record<string, string[]> = {};
    const training: string[] = [];
    for (const { name, path } of named(values.text)) {
      const texts = await splitTexts([path], split, progress);
      if (texts.heldOut.length === 0)
        throw new UsageError(`nothing of ${path} is held out: a larger --held-out or more documents`);
      heldOut[name] = [...(heldOut[name] ?? []), ...texts.heldOut];
      for (const text of texts.training) training.push(text);
    }
    if (!values['no-sentencepiece']) {
      const peer = await peerOf(models[0].model, training, progress);
      if (peer) models.push({ name: 'SentencePiece, same texts', model: peer });
    }
    const languages = Object.keys(heldOut);
    const rows = models.map(({ name, model }): Row => {
      const of = languages.map((language) => [
        language,
        efficiency(model, heldOut[language]).charactersPerToken,
      ]);
      return { model: name, pieces: model.vocabSize, charactersPerToken: Object.fromEntries(of) };
    });
    if (values.svg) await writeFile(values.svg, chart(rows, languages));
    out(values.json ? `${JSON.stringify({ languages, rows })}\n` : table(rows, languages));
    return 0;
  },
};
