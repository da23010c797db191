// Writes the model and the lines whose ids make.py then takes from SentencePiece and Hugging Face tokenizers.
// Run: node packages/engine/test/golden-tokenizer/make-model.ts && python packages/engine/test/golden-tokenizer/make.py
import { writeFileSync } from 'node:fs';
import { encodeSentencePieceModel, encodeTokenizerJson, trainUnigram } from '../../src/tokenizer/index.ts';
import { goldenLines, trainingTexts } from './sentences.ts';

const here = (name: string) => new URL(name, import.meta.url);
const model = trainUnigram(trainingTexts(), { vocabSize: 640 });
writeFileSync(here('tsudoi.model'), encodeSentencePieceModel(model));
writeFileSync(here('tokenizer.golden.json'), encodeTokenizerJson(model));
writeFileSync(here('lines.golden.json'), `${JSON.stringify(goldenLines(), null, 0)}\n`);
