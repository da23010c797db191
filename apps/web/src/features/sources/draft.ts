import type { Location, SourceDetail, SourcePart, UseRights } from '@tsudoi/schema';

/** Chosen on purpose: the proposal belongs to no group. An empty choice is one not made yet. */
export const NO_GROUP = 'none';

/** A proposal while somebody is still writing it: every field may be empty. */
export interface PartDraft {
  key: string;
  kind: Location['kind'];
  package: string;
  version: string;
  url: string;
  upload: { sha256: string; size: number; fileName: string } | null;
  include: string;
  format: SourcePart['format'];
  language: SourcePart['language'];
}

export interface Draft {
  sourceId: string;
  titleJa: string;
  titleEn: string;
  description: string;
  groupId: string;
  licence: string;
  evidenceUrl: string;
  rights: UseRights;
  parts: PartDraft[];
}

export function emptyPart(key: string = crypto.randomUUID()): PartDraft {
  return {
    key,
    kind: 'deb',
    package: '',
    version: '',
    url: '',
    upload: null,
    include: '**/*',
    format: 'text',
    language: 'ja',
  };
}

export function emptyDraft(): Draft {
  return {
    sourceId: crypto.randomUUID(),
    titleJa: '',
    titleEn: '',
    description: '',
    groupId: '',
    licence: '',
    evidenceUrl: '',
    rights: { train: true, search: true, redistribute: true },
    parts: [emptyPart()],
  };
}

/** A proposal as it stands, to be revised. */
export function draftOf(source: SourceDetail): Draft {
  const { sourceId, titleJa, titleEn, description, licence, evidenceUrl, rights } = source;
  return {
    ...{ sourceId, titleJa, titleEn, description, licence, evidenceUrl, rights },
    groupId: source.groupId ?? NO_GROUP,
    parts: source.parts.map(({ location, include, format, language }, index) => ({
      ...emptyPart(`part-${index}`),
      ...{ kind: location.kind, format, language, include: include.join('\n') },
      ...(location.kind === 'upload'
        ? { upload: { sha256: location.sha256, size: location.size, fileName: location.fileName } }
        : location),
    })),
  };
}

/** The data of a revision: the group of a proposal stays what it was. */
export function revisionOf(draft: Draft) {
  const { groupId: _, ...revision } = proposalOf(draft);
  return revision;
}

/** The command's data. A part without its upload is left for the hub to refuse at that field. */
export function proposalOf(draft: Draft) {
  const { groupId, parts, ...rest } = draft;
  return {
    ...rest,
    groupId: groupId === '' || groupId === NO_GROUP ? null : groupId,
    parts: parts.map(partOf),
  };
}

function partOf(part: PartDraft): SourcePart {
  const include = part.include
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return { location: locationOf(part), include, format: part.format, language: part.language };
}

function locationOf(part: PartDraft): Location {
  switch (part.kind) {
    case 'deb':
      return { kind: 'deb', package: part.package.trim() };
    case 'npm':
      return { kind: 'npm', package: part.package.trim(), version: part.version.trim() };
    case 'url':
      return { kind: 'url', url: part.url.trim() };
    case 'upload':
      return { kind: 'upload', ...(part.upload ?? { sha256: '', size: 0, fileName: '' }) };
  }
}

/** The id of the input that a refused field (`parts.0.location.package`) belongs to. */
export function inputOf(field: string): string {
  const part = /^parts\.(\d+)(?:\.location)?(?:\.(\w+))?/.exec(field);
  if (!part) return field.split('.')[0] ?? '';
  const names: Record<string, string> = {
    sha256: 'file',
    size: 'file',
    fileName: 'file',
    location: 'package',
  };
  const name = part[2] ?? 'package';
  return `part-${part[1]}-${names[name] ?? name}`;
}

/** Where a refusal is shown. */
export function fieldOfRefusal(
  code: string | null,
  params: Record<string, string | number>,
  draft: Draft,
): string {
  if (code === 'input.invalid') return inputOf(String(params.field));
  if (code?.startsWith('licence.')) return code === 'licence.rights-exceed' ? 'rights' : 'licence';
  if (code === 'source.title-taken') return String(params.title) === draft.titleEn ? 'titleEn' : 'titleJa';
  if (code === 'object.missing' || code?.startsWith('upload.')) return 'part-0-file';
  return 'form';
}
