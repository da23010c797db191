import { dispatch, type Subcommands } from './dispatch.ts';

const subcommands: Subcommands = {
  train: async () => (await import('./tokenizer/train.ts')).train,
  merge: async () => (await import('./tokenizer/merge.ts')).merge,
  encode: async () => (await import('./tokenizer/encode.ts')).encode,
  decode: async () => (await import('./tokenizer/decode.ts')).decode,
  inspect: async () => (await import('./tokenizer/inspect.ts')).inspect,
  compare: async () => (await import('./tokenizer/compare.ts')).compare,
};

const expected = ['DocumentsFileError', 'TokenizerError'];

await dispatch({ name: 'tokenizer', subcommands, expected }, process.argv.slice(2));
