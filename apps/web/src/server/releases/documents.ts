import type { CreditRule, Lineage, Manifest, ReleaseDetail } from '@tsudoi/schema';
import en from '../../../messages/en.json' with { type: 'json' };
import ja from '../../../messages/ja.json' with { type: 'json' };
import { ruleSentence } from '../rejections.ts';

export interface ReleaseFacts {
  release: ReleaseDetail;
  manifest: Manifest;
  sources: Extract<Lineage['nodes'][number], { kind: 'source' }>[];
  /** Address of the release below the hub's API, without a slash at the end. */
  apiUrl: string;
}

/** The documents of a release by name: who did it, what it may be used for, how to get it and how to check it. */
export const releaseDocuments: Record<string, (facts: ReleaseFacts) => string> = {
  'CREDITS.md': credits,
  'LICENCES.md': licences,
  'NOTES.ja.md': ({ release }) => notes(release, release.notesJa),
  'NOTES.en.md': ({ release }) => notes(release, release.notesEn),
  SHA256SUMS: ({ manifest }) => sums(manifest),
  'download.sh': downloadScript,
};

/** The form that `sha256sum -c` reads: two spaces, then the path. */
function sums({ files }: Manifest): string {
  return files.map(({ sha256, path }) => `${sha256}  ${path}\n`).join('');
}

function notes({ slug, version }: ReleaseDetail, text: string): string {
  return `# ${slug} ${version}\n\n${text || '-'}\n`;
}

/**
 * By name as people call themselves now: rendered on every request, so that a name that is changed or erased changes
 * here too. The id beside it stays, and the log keeps the hash of the lines by id.
 */
function credits({ release }: ReleaseFacts): string {
  const { slug, version, creditsHash } = release;
  const lines = release.credits.map(({ person, rules, statements }) => {
    const name = escaped(person.displayName) || `${ja.common.erasedPerson} / ${en.common.erasedPerson}`;
    const counted = (Object.entries(rules) as [CreditRule, number][])
      .map(([rule, entries]) => `${ja.creditRule[rule]} / ${en.creditRule[rule]}: ${entries}`)
      .join('; ');
    const stated = statements.map((statement) => `\n  - ${escaped(statement)}`).join('');
    return `- **${name}** (\`${person.personId}\`): ${counted}${stated}`;
  });
  return [
    `# CREDITS: ${slug} ${version}`,
    '',
    'この成果物に仕事が入った人々。何が数えられるかは規則で決まり、記録はハブの台帳にあります。',
    'The people whose work is in this release, by the rules of the ledger of the hub.',
    '',
    ...(lines.length > 0 ? lines : ['-']),
    '',
    ...(creditsHash
      ? [`SHA-256 of the lines by id, in the log since the release: \`${creditsHash}\``, '']
      : []),
  ].join('\n');
}

/** What may be done with it and what that obliges to, and which source brought which licence. */
function licences({ release, manifest, sources }: ReleaseFacts): string {
  const { rights, expressions, obligations, refusals } = manifest.licence;
  const allowed = (['train', 'search', 'redistribute'] as const)
    .map((right) => `- ${ja.right[right]} / ${en.right[right]}: ${rights[right] ? 'yes' : 'no'}`)
    .join('\n');
  const reasons = [...refusals, ...obligations].map(
    ({ rule, licence }) => `- ${licence}: ${ruleSentence(rule, 'ja')} ${ruleSentence(rule, 'en')}`,
  );
  return [
    `# LICENCES: ${release.slug} ${release.version}`,
    '',
    `SPDX: \`${joined(expressions) || 'none'}\``,
    '',
    allowed,
    '',
    ...(reasons.length > 0 ? [...reasons, ''] : []),
    '| source | licence |',
    '|---|---|',
    ...sources.map(
      ({ title, titleEn, licence }) => `| ${cell(title)} / ${cell(titleEn)} | ${cell(licence)} |`,
    ),
    '',
  ].join('\n');
}

/** All of them hold at once; a choice keeps its parentheses, and what is said twice is said once. */
function joined(expressions: string[]): string {
  const terms = expressions.flatMap((expression) =>
    /[( ]OR[ )]/.test(expression) ? [`(${expression})`] : expression.split(' AND '),
  );
  return [...new Set(terms)].join(' AND ');
}

/** Fetches every file and checks every byte; only curl and sha256sum are needed. Run again, it fetches what is missing. */
function downloadScript({ release, apiUrl, manifest }: ReleaseFacts): string {
  return [
    '#!/bin/sh',
    `# ${release.slug} ${release.version}: ${manifest.files.length} files`,
    'set -eu',
    `folder="\${1:-${release.slug}-${release.version}}"`,
    'mkdir -p "$folder" && cd "$folder"',
    `url=${quoted(apiUrl)}`,
    'for name in SHA256SUMS CREDITS.md LICENCES.md; do curl -fsSL -o "$name" "$url/$name"; done',
    'while read -r sum path; do',
    '  if ! echo "$sum  $path" | sha256sum -c --status 2>/dev/null; then',
    '    curl -fL --create-dirs -o "$path" "$url/files/$path" < /dev/null',
    '  fi',
    'done < SHA256SUMS',
    'sha256sum -c SHA256SUMS',
    '',
  ].join('\n');
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const escaped = (text: string) => text.replace(/\s+/g, ' ').replace(/([\\*_`|<>[\]#])/g, '\\$1');
const cell = (text: string) => text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
