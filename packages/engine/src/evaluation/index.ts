// Evaluation: bits per byte of held-out text, the baselines it is compared with, and plots for reports.
export { bitsPerByteFromNats } from './bits-per-byte.ts';
export { type ByteNgramModel, trainByteNgram } from './byte-ngram.ts';
export { type GzipResult, gzipBitsPerByte } from './compression.ts';
export { type NgramModel, type NgramOptions, trainTokenNgram } from './kneser-ney.ts';
export { type BarChart, barChart, type LineChart, lineChart } from './plots.ts';
