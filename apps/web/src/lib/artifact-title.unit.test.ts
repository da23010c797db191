import { createTranslator } from 'next-intl';
import { expect, test } from 'vitest';
import en from '../../messages/en.json' with { type: 'json' };
import ja from '../../messages/ja.json' with { type: 'json' };
import { artifactTitle } from './artifact-title.ts';

const read = (title: string) =>
  (
    [
      { locale: 'ja', messages: ja },
      { locale: 'en', messages: en },
    ] as const
  ).map((each) => artifactTitle(title, createTranslator({ ...each, namespace: 'artifactTitle' }) as never));

test('what a manifest counts is read in the language of the reader; names stay as they are', () => {
  expect(read('1528 documents')).toEqual(['1,528文書', '1,528 documents']);
  expect(read('1 documents')).toEqual(['1文書', '1 document']);
  expect(read('3370119 tokens')).toEqual(['3,370,119トークン', '3,370,119 tokens']);
  expect(read('1.5997 bits per byte')).toEqual(['1バイトあたり1.5997ビット', '1.5997 bits per byte']);
  expect(read('Llama 4.4M')).toEqual(['Llama 4.4M', 'Llama 4.4M']);
  expect(read('12 tokens of gratitude')).toEqual(['12 tokens of gratitude', '12 tokens of gratitude']);
});
