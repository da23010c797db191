import { type CorpusSettings, Rejection, type UploadedFile } from '@tsudoi/schema';
import { itemsIn, TestSetError } from './decontaminate/test-set.ts';
import { linesIn } from './lines-in.ts';
import { wordsOfFile } from './word-file.ts';

export type OpenFile = (file: UploadedFile) => Promise<AsyncIterable<Uint8Array>> | AsyncIterable<Uint8Array>;

/**
 * Looks into the files that a run's settings name, so that one that cannot be used is refused in one line (which file,
 * which line, what it should hold) before anything starts. Of a file larger than `most` bytes only the beginning is read.
 * @throws Rejection recipe.word-list-unreadable, recipe.quality-empty, recipe.test-set-invalid, and those of `open`
 */
export async function checkSettingsFiles(
  { filter, decontaminate }: Pick<CorpusSettings, 'filter' | 'decontaminate'>,
  open: OpenFile,
  most?: number,
): Promise<void> {
  for (const [name, file] of Object.entries(filter?.lists ?? {}))
    await readWordList(name, file, await open(file), most);
  const { quality } = filter ?? {};
  if (quality && !(await hasText(await open(quality), most)))
    throw new Rejection('recipe.quality-empty', { file: quality.fileName });
  for (const file of decontaminate?.sets ?? []) await checkTestSet(file, await open(file), most);
}

/** @throws Rejection recipe.word-list-unreadable */
export async function readWordList(
  list: string,
  { fileName }: UploadedFile,
  chunks: AsyncIterable<Uint8Array>,
  most?: number,
): Promise<string[]> {
  const words: string[] = [];
  const unreadable = () => new Rejection('recipe.word-list-unreadable', { list, file: fileName });
  for await (const line of linesIn(chunks, most)) {
    if (line === null) throw unreadable();
    words.push(...wordsOfFile(line));
  }
  if (words.length === 0) throw unreadable();
  return words;
}

async function hasText(chunks: AsyncIterable<Uint8Array>, most?: number): Promise<boolean> {
  for await (const line of linesIn(chunks, most)) if (line !== null && line.trim() !== '') return true;
  return false;
}

async function checkTestSet(
  { fileName }: UploadedFile,
  chunks: AsyncIterable<Uint8Array>,
  most?: number,
): Promise<void> {
  try {
    for await (const _ of itemsIn(chunks, fileName, most));
  } catch (error) {
    if (!(error instanceof TestSetError)) throw error;
    const { line, problem } = error;
    throw new Rejection('recipe.test-set-invalid', { file: fileName, line, problem });
  }
}
