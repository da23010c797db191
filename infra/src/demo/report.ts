import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barChart, lineChart } from '@tsudoi/engine/evaluation';
import type { ArtifactDetail, Lineage, MetricSeries } from '@tsudoi/schema';
import { z } from 'zod';
import type { Played } from './play.ts';
import { renderHtml, renderMarkdown } from './report-pages.ts';

const Evaluation = z.object({
  samples: z.array(z.object({ prompt: z.string(), text: z.string() })),
});

export interface ReportFacts {
  played: Played;
  url: string;
  seconds: number;
  bitsPerByte: Record<string, number>;
  belowBaselines: boolean;
  model: ArtifactDetail;
  lineage: Lineage;
  filters: { source: string; total: number; kept: number; bytes: number; dropped: string }[];
  samples: { prompt: string; text: string }[];
  charts: { loss: string; bitsPerByte: string };
}

/** Gathers what a reader wants to see after the demo, through the portal's API, and writes it as Markdown and HTML. */
export async function writeReport(played: Played, options: { url: string; folder: string; seconds: number }) {
  const facts = await gather(played, options.url, options.seconds);
  mkdirSync(options.folder, { recursive: true });
  const files = { markdown: join(options.folder, 'report.md'), html: join(options.folder, 'report.html') };
  writeFileSync(join(options.folder, 'loss.svg'), facts.charts.loss);
  writeFileSync(join(options.folder, 'bits-per-byte.svg'), facts.charts.bitsPerByte);
  writeFileSync(files.markdown, renderMarkdown(facts));
  writeFileSync(files.html, renderHtml(facts));
  const { bitsPerByte, belowBaselines } = facts;
  const summary = {
    url: options.url,
    seconds: options.seconds,
    bitsPerByte,
    belowBaselines,
    modelArtifactId: facts.model.artifactId,
    runId: played.run.runId,
    report: files,
  };
  const text = [
    '',
    'bits per byte on held-out documents (lower is better)',
    ...Object.entries(bitsPerByte).map(([name, value]) => `  ${name.padEnd(24)} ${value.toFixed(3)}`),
    belowBaselines
      ? 'The model is below gzip -9 and the byte 5-gram.'
      : 'The model is NOT below gzip -9 and the byte 5-gram.',
    `model    ${options.url}/artifacts/${facts.model.artifactId}`,
    `report   ${files.html}`,
  ].join('\n');
  return { summary, text };
}

async function gather(played: Played, url: string, seconds: number): Promise<ReportFacts> {
  const { maria } = played.people;
  const { run } = played;
  const number = (key: string) => Number(run.evaluation?.[key]);
  const bitsPerByte = {
    'Tsudoi model': number('bitsPerByteModel'),
    'gzip -9': number('bitsPerByteGzip'),
    'byte 5-gram': number('bitsPerByteByte5gram'),
    'token 5-gram (Kneser-Ney)': number('bitsPerByteToken5gram'),
  };
  const model = await maria.query<ArtifactDetail>('artifacts.detail', { artifactId: run.modelArtifactId });
  const lineage = await maria.query<Lineage>('artifacts.lineage', { artifactId: run.modelArtifactId });
  const series = await maria.query<MetricSeries[]>('runs.metrics', { runId: run.runId, maxPoints: 400 });
  const loss = series.find(({ series: name }) => name === 'loss')?.points ?? [];
  const evaluation = Evaluation.parse(
    JSON.parse(await maria.download(run.evaluationArtifactId!, 'report.json')),
  );
  return {
    played,
    url,
    seconds,
    bitsPerByte,
    belowBaselines:
      bitsPerByte['Tsudoi model'] < bitsPerByte['gzip -9'] &&
      bitsPerByte['Tsudoi model'] < bitsPerByte['byte 5-gram'],
    model,
    lineage,
    filters: await filterYields(played),
    samples: evaluation.samples,
    charts: {
      loss: lineChart({
        title: 'Training loss / 学習の損失',
        xLabel: 'step',
        yLabel: 'loss (nats per token)',
        series: [{ name: 'loss', points: loss }],
        width: 720,
        height: 320,
      }),
      bitsPerByte: barChart({
        title: 'Bits per byte, held-out documents / 評価用文書のバイト当たりビット数',
        valueLabel: 'bits per byte',
        highlight: 0,
        bars: Object.entries(bitsPerByte).map(([name, value]) => ({ name, value })),
        width: 720,
      }),
    },
  };
}

const Trace = z.object({
  total: z.number(),
  kept: z.number(),
  byFilter: z.array(z.object({ filter: z.string(), dropped: z.number() })),
});

async function filterYields(played: Played): Promise<ReportFacts['filters']> {
  const yields: ReportFacts['filters'] = [];
  for (const source of played.sources) {
    const filtered = source.artifacts.find((artifact) => artifact.kind === 'filtered-documents')!;
    const trace = Trace.parse(
      JSON.parse(await played.people.misaki.download(filtered.artifactId, 'trace.json')),
    );
    const dropped = trace.byFilter
      .filter((filter) => filter.dropped > 0)
      .map((filter) => `${filter.filter} ${filter.dropped}`);
    yields.push({
      source: source.titleJa,
      total: trace.total,
      kept: trace.kept,
      bytes: filtered.bytes,
      dropped: dropped.join(', ') || '–',
    });
  }
  return yields;
}
