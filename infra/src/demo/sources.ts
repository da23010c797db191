import type { SourcePart, UseRights } from '@tsudoi/schema';

/** What a person types into the proposal form. */
export interface DemoProposal {
  titleJa: string;
  titleEn: string;
  description: string;
  /** SPDX expression. */
  licence: string;
  evidenceUrl: string;
  rights: UseRights;
  parts: SourcePart[];
}

const everything: UseRights = { train: true, search: true, redistribute: true };
const ecc = { kind: 'npm', package: 'ecc-universal', version: '2.0.0' } as const;
const apache = { kind: 'deb', package: 'apache2-doc' } as const;

/**
 * Three real sources that are accepted: some 12 MB of Japanese, with a little English and code. A model of four million
 * parameters that sees one and a half million tokens learns one language; so the others stay small here.
 */
export const acceptedProposals: DemoProposal[] = [
  {
    titleJa: 'Linux 日本語マニュアルページ (JM Project)',
    titleEn: 'Japanese manual pages of Linux (JM Project)',
    description:
      'JM Projectによる日本語manページ。各ページは原文と同じライセンスで配布され、条件はroffのコメントに書かれています。' +
      ' The Debian package of the Japanese manual pages; each page has the licence of its original, stated in its comments.',
    licence:
      'GPL-2.0-or-later AND GPL-3.0-or-later AND BSD-4-Clause-UC AND BSD-3-Clause AND BSD-2-Clause AND MIT AND Linux-man-pages-copyleft',
    evidenceUrl: 'https://sources.debian.org/src/manpages-ja/0.5.0.0.20221215%2Bdfsg-1/debian/copyright/',
    rights: everything,
    parts: [
      {
        location: { kind: 'deb', package: 'manpages-ja' },
        include: ['usr/share/man/ja/man*/*.gz'],
        format: 'roff',
        language: 'ja',
      },
    ],
  },
  {
    titleJa: 'Apache HTTP サーバ 2.4 ドキュメント',
    titleEn: 'Documentation of Apache HTTP Server 2.4',
    description:
      'Apache HTTP サーバの公式マニュアルの日本語訳。 The Japanese translation of the official manual.',
    licence: 'Apache-2.0',
    evidenceUrl: 'https://httpd.apache.org/docs/2.4/license.html',
    rights: everything,
    parts: [
      {
        location: apache,
        include: ['usr/share/doc/apache2-doc/manual/ja/**/*.html'],
        format: 'html',
        language: 'ja',
      },
    ],
  },
  {
    titleJa: 'Everything Claude Code: 開発支援の手引き',
    titleEn: 'Everything Claude Code: guides for development',
    description:
      'ソフトウェア開発の手引き集。日本語訳のMarkdown、英語原文の一部、付属するJavaScriptのコード。' +
      ' Guides for software development: Japanese Markdown, some of the English, and JavaScript that comes with it.',
    licence: 'MIT',
    evidenceUrl: 'https://github.com/affaan-m/ECC/blob/main/LICENSE',
    rights: everything,
    parts: [
      { location: ecc, include: ['docs/ja-JP/**/*.md'], format: 'markdown', language: 'ja' },
      { location: ecc, include: ['commands/**/*.md'], format: 'markdown', language: 'en' },
      { location: ecc, include: ['scripts/lib/**/*.js'], format: 'code', language: 'code' },
    ],
  },
];

/** A real work whose licence forbids commercial use: the rules refuse it at the proposal, before anything is fetched. */
export const refusedProposal: DemoProposal = {
  titleJa: 'BPersona-chat: 日英対訳の雑談対話',
  titleEn: 'BPersona-chat: bilingual Japanese-English chats',
  description:
    '日本語と英語の雑談対話の対訳データ。非営利に限るライセンスのため、採択されません。' +
    ' Parallel chats in Japanese and English; its licence is for non-commercial use only.',
  licence: 'CC-BY-NC-4.0',
  evidenceUrl: 'https://github.com/cl-tohoku/BPersona-chat',
  rights: everything,
  parts: [
    {
      location: {
        kind: 'url',
        url: 'https://github.com/cl-tohoku/BPersona-chat/archive/refs/heads/main.tar.gz',
      },
      include: ['**/*.txt'],
      format: 'text',
      language: 'ja',
    },
  ],
};
