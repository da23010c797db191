import { commandDefinition, type SourceDetail } from '@tsudoi/schema';
import { describe, expect, test } from 'vitest';
import { draftOf, emptyDraft, emptyPart, fieldOfRefusal, inputOf, proposalOf, revisionOf } from './draft.ts';

describe('a proposal being written', () => {
  test('a finished draft is what the command takes', () => {
    const draft = emptyDraft();
    Object.assign(draft, {
      titleJa: '日本語マニュアル',
      titleEn: 'Japanese manuals',
      licence: 'CC-BY-4.0',
      evidenceUrl: 'https://example.org/licence',
    });
    Object.assign(draft.parts[0]!, { package: 'manpages-ja', include: ' **/*.1 \n\n**/*.5', format: 'roff' });
    const parsed = commandDefinition('source.propose').data.parse(proposalOf(draft));
    expect(parsed.parts[0]).toEqual({
      location: { kind: 'deb', package: 'manpages-ja' },
      include: ['**/*.1', '**/*.5'],
      format: 'roff',
      language: 'ja',
    });
    expect(parsed.groupId).toBeNull();
  });
  test('a proposal that is revised begins as it stood, and unchanged it says the same again', () => {
    const draft = emptyDraft();
    Object.assign(draft, {
      titleJa: '日本語マニュアル',
      titleEn: 'Japanese manuals',
      licence: 'MIT',
      evidenceUrl: 'https://example.org/licence',
    });
    const upload = { sha256: 'ab'.repeat(32), size: 12, fileName: 'a.txt' };
    draft.parts = [
      { ...emptyPart(), package: 'manpages-ja', include: '**/*.1\n**/*.5' },
      {
        ...emptyPart(),
        kind: 'npm',
        package: 'left-pad',
        version: '1.0.0',
        format: 'markdown',
        language: 'en',
      },
      { ...emptyPart(), kind: 'url', url: 'https://example.org/a.jsonl', format: 'jsonl' },
      { ...emptyPart(), kind: 'upload', upload },
    ];
    const proposed = commandDefinition('source.propose').data.parse(proposalOf(draft));
    const revision = revisionOf(draftOf(proposed as unknown as SourceDetail));
    const { groupId: _, ...same } = proposed;
    expect(commandDefinition('source.revise').data.parse(revision)).toEqual(same);
  });
  test('a refused field is shown at its own input', () => {
    expect(inputOf('titleJa')).toBe('titleJa');
    expect(inputOf('parts.1.location.package')).toBe('part-1-package');
    expect(inputOf('parts.0.location.sha256')).toBe('part-0-file');
    expect(inputOf('parts.2.include.0')).toBe('part-2-include');
    expect(inputOf('rights.train')).toBe('rights');
  });
  test('a refusal of the hub is shown where the reader can mend it', () => {
    const draft = { ...emptyDraft(), titleJa: 'あ', titleEn: 'A' };
    expect(fieldOfRefusal('licence.unknown', {}, draft)).toBe('licence');
    expect(fieldOfRefusal('licence.rights-exceed', {}, draft)).toBe('rights');
    expect(fieldOfRefusal('source.title-taken', { title: 'A' }, draft)).toBe('titleEn');
    expect(fieldOfRefusal('source.title-taken', { title: 'あ' }, draft)).toBe('titleJa');
    expect(fieldOfRefusal('auth.not-permitted', {}, draft)).toBe('form');
  });
});
