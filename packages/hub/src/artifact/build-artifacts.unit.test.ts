import { licenceVerdict } from '@tsudoi/schema';
import { describe, expect, test } from 'vitest';
import { artifactDraft, drafted, jobDraft } from '../testing/samples.ts';
import { buildArtifacts } from './build-artifacts.ts';

const id = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const all = { train: true, search: true, redistribute: true };
const job = drafted(jobDraft({ jobId: id(1), sourceIds: [id(3), id(2)] }));
const verdict = licenceVerdict('CC-BY-4.0', all);
const build = (inputs: Parameters<typeof buildArtifacts>[1] = []) =>
  buildArtifacts(job, inputs, [verdict], 'abc', [artifactDraft('documents')]);

describe('the manifest of an output', () => {
  test('of an ingest has the licence verdict of its source', () => {
    expect(build()[0].manifest).toMatchObject({
      licence: verdict,
      sourceIds: [id(2), id(3)],
      codeCommit: 'abc',
    });
  });

  test('of anything else may do what all of its inputs allow, and names every source behind them', () => {
    const [{ manifest }] = build();
    const quiet = licenceVerdict('MIT', { ...all, redistribute: false });
    const [made] = build([manifest, { ...manifest, sourceIds: [id(9)], licence: quiet }]);
    expect(made.manifest.licence.rights).toEqual({ ...all, redistribute: false });
    expect(made.manifest.sourceIds).toEqual([id(2), id(3), id(9)]);
  });

  test('gives the same id for the same content and another for any other', () => {
    expect(build()[0].artifactId).toBe(build()[0].artifactId);
    expect(build()[0].artifactId).toMatch(/^art_[0-9a-f]{32}$/);
    const [other] = buildArtifacts(job, [], [verdict], 'abd', [artifactDraft('documents')]);
    expect(other.artifactId).not.toBe(build()[0].artifactId);
  });

  test('is made once for outputs that are equal', () => {
    const twice = buildArtifacts(job, [], [verdict], 'abc', [
      artifactDraft('documents'),
      artifactDraft('documents'),
    ]);
    expect(twice).toHaveLength(1);
  });
});
