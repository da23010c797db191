import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { barChart, lineChart } from '../../evaluation/index.ts';
import type { InputArtifact, OutputFile } from '../stage.ts';
import type { BitsPerByte, Measured } from './measure.ts';
import type { Sample } from './samples.ts';
import type { HeldOut } from './texts.ts';

export interface EvaluationReport {
  heldOut: { documents: number; bytes: number; tokens: number; outOfDocuments: number };
  bitsPerByte: BitsPerByte;
  byLanguage: Measured['byLanguage'];
  samples: Sample[];
}

export function reportOf(heldOut: HeldOut, measured: Measured, samples: Sample[]): EvaluationReport {
  const { documents, bytes, allIds } = heldOut;
  return {
    heldOut: { documents: documents.length, bytes, tokens: measured.tokens, outOfDocuments: allIds.size },
    bitsPerByte: measured.overall,
    byLanguage: measured.byLanguage,
    samples,
  };
}

/** report.json for programs, report.md in both languages for people, and its charts. */
export async function writeReport(
  outDir: string,
  report: EvaluationReport,
  model: InputArtifact,
): Promise<OutputFile[]> {
  const losses = await readLosses(model);
  const files: Record<string, [content: string, mediaType: string]> = {
    'report.json': [`${JSON.stringify(report, null, 2)}\n`, 'application/json'],
    'report.md': [markdown(report, losses.length > 0), 'text/markdown'],
    'bits-per-byte.svg': [bitsChart(report), 'image/svg+xml'],
    ...(losses.length > 0 ? { 'loss.svg': [lossChart(losses), 'image/svg+xml'] as [string, string] } : {}),
  };
  const written: OutputFile[] = [];
  for (const [path, [content, mediaType]] of Object.entries(files)) {
    const localPath = join(outDir, path);
    await writeFile(localPath, content);
    written.push({ path, localPath, mediaType });
  }
  return written;
}

async function readLosses(model: InputArtifact): Promise<[number, number][]> {
  const path = model.files['metrics.json'];
  if (!path) return [];
  const { steps } = JSON.parse(await readFile(path, 'utf8')) as { steps: { step: number; loss: number }[] };
  return steps.map(({ step, loss }) => [step, loss]);
}

const NAMES: Record<keyof BitsPerByte, [ja: string, en: string]> = {
  model: ['このモデル', 'this model'],
  gzip: ['gzip -9', 'gzip -9'],
  byte5gram: ['バイト 5-gram', 'byte 5-gram'],
  token5gram: ['トークン 5-gram (Kneser-Ney)', 'token 5-gram (Kneser-Ney)'],
};
const ORDER = Object.keys(NAMES) as (keyof BitsPerByte)[];

function bitsChart({ bitsPerByte }: EvaluationReport): string {
  return barChart({
    title: 'ビット毎バイト / Bits per byte',
    valueLabel: '小さいほどよい / lower is better',
    bars: ORDER.map((key) => ({
      name: NAMES[key][0] === NAMES[key][1] ? NAMES[key][0] : NAMES[key].join(' / '),
      value: bitsPerByte[key],
    })),
    highlight: 0,
  });
}

function lossChart(losses: [number, number][]): string {
  return lineChart({
    title: '学習損失 / Training loss',
    xLabel: 'step',
    yLabel: 'nats / token',
    series: [{ name: 'loss', points: losses }],
  });
}

function markdown(report: EvaluationReport, withLoss: boolean): string {
  const { documents, bytes, tokens, outOfDocuments } = report.heldOut;
  const count = (value: number) => value.toLocaleString('en');
  const parts = [
    '# 評価',
    `学習に使わなかった ${count(outOfDocuments)} 文書のうち ${count(documents)} 文書、UTF-8 で ${count(bytes)} バイト (${count(tokens)} トークン) を採点しました。値はすべて同じバイト列に対するビット毎バイトで、小さいほどよい値です。比較対象の 5-gram は、モデルと同じ学習文書から作りました。gzip は文書ごとと全文書連結のよい方です。`,
    table(report, 0),
    '![bits per byte](bits-per-byte.svg)',
    ...(withLoss ? ['![loss](loss.svg)'] : []),
    '## 生成例',
    ...report.samples.map(quote),
    '# Evaluation',
    `Of the ${count(outOfDocuments)} documents that were kept out of training, ${count(documents)} were scored: ${count(bytes)} bytes of UTF-8 (${count(tokens)} tokens). All values are bits per byte over the same bytes; lower is better. The 5-grams were made from the same training documents as the model. gzip is the better of document by document and all documents in one stream.`,
    table(report, 1),
    'The charts and the samples stand above; the numbers for programs are in report.json.',
  ];
  return `${parts.join('\n\n')}\n`;
}

function table({ bitsPerByte, byLanguage }: EvaluationReport, language: 0 | 1): string {
  const columns = [['全体', 'all'][language], ...byLanguage.map((row) => row.language)];
  const rows = ORDER.map((key) => {
    const values = [bitsPerByte[key], ...byLanguage.map((row) => row[key])];
    return `| ${NAMES[key][language]} | ${values.map((value) => value.toFixed(3)).join(' | ')} |`;
  });
  return [`| | ${columns.join(' | ')} |`, `|---|${columns.map(() => '---:|').join('')}`, ...rows].join('\n');
}

/** Code fences keep what the model wrote from being read as Markdown. */
function quote({ prompt, text }: Sample): string {
  const fence = '`'.repeat(
    Math.max(3, ...[...`${prompt}${text}`.matchAll(/`+/g)].map((m) => m[0].length + 1)),
  );
  return `${fence}text\n${prompt}▸${text}\n${fence}`;
}
