/** Why a file of a code tree is no code that somebody wrote there. */
export type NotWritten = 'vendored' | 'generated' | 'minified';

const VENDORED =
  /(?:^|\/)(?:node_modules|bower_components|vendor|vendored|third[_-]party|external|externals|deps|Pods|Godeps|site-packages|\.yarn|\.git|dist|build|out|target|__pycache__|extern|gradle\/wrapper)\//i;
const GENERATED_NAMES =
  /(?:^|\/)(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml|Cargo\.lock|poetry\.lock|composer\.lock|go\.sum|configure|ltmain\.sh|aclocal\.m4)$|\.(?:min\.(?:js|css|mjs)|bundle\.js|map|pb\.go|pb\.cc|pb\.h|_pb2\.py|g\.dart|designer\.cs)$/i;
const GENERATED_MARK =
  /@generated\b|\b(?:auto-?generated|generated (?:by|from|file|automatically|with))\b|\bDO NOT (?:EDIT|MODIFY)\b|\bcode generated\b.*\bDO NOT EDIT\b/i;
const MARK_CHARACTERS = 1000;

/** A path that GitHub's linguist, too, would take for somebody else's code or for build output. */
export function isVendoredPath(path: string): boolean {
  return VENDORED.test(path);
}

/** By its path and its text: vendored, written by a program, or minified; null for code that is worth reading. */
export function notWritten(path: string, text: string): NotWritten | null {
  if (isVendoredPath(path)) return 'vendored';
  if (GENERATED_NAMES.test(path) || GENERATED_MARK.test(text.slice(0, MARK_CHARACTERS))) return 'generated';
  return isMinified(text) ? 'minified' : null;
}

/** Lines of more than 200 characters on average, or one line of more than 2,000 with hardly a space in it. */
function isMinified(text: string): boolean {
  let lines = 0;
  for (let at = 0; at < text.length; lines++) {
    const end = text.indexOf('\n', at);
    const stop = end < 0 ? text.length : end;
    if (stop - at > 2000 && spaceShare(text, at, stop) < 0.1) return true;
    at = stop + 1;
  }
  return text.length > 1000 && text.length / Math.max(1, lines) > 200;
}

function spaceShare(text: string, start: number, end: number): number {
  let spaces = 0;
  for (let i = start; i < end; i++) if (text.charCodeAt(i) === 32) spaces += 1;
  return spaces / (end - start);
}

/** Phrases that stand in one licence's text and in no other of the list; the first that matches wins. */
const LICENCE_PHRASES: readonly (readonly [RegExp, string])[] = [
  [/gnu affero general public license\s+version 3/i, 'AGPL-3.0-only'],
  [/gnu lesser general public license\s+version 3/i, 'LGPL-3.0-only'],
  [/gnu lesser general public license\s+version 2\.1/i, 'LGPL-2.1-only'],
  [/gnu general public license\s+version 3/i, 'GPL-3.0-only'],
  [/gnu general public license\s+version 2/i, 'GPL-2.0-only'],
  [/apache license\s+version 2\.0/i, 'Apache-2.0'],
  [/mozilla public license,? version 2\.0/i, 'MPL-2.0'],
  [/cc0 1\.0 universal/i, 'CC0-1.0'],
  [/this is free and unencumbered software released into the public domain/i, 'Unlicense'],
  [
    /permission to use, copy, modify, and(?:\/or)? distribute this software for any purpose with or without fee/i,
    'ISC',
  ],
  [/permission is hereby granted, free of charge, to any person obtaining a copy/i, 'MIT'],
  [/redistribution and use in source and binary forms[\s\S]*neither the name/i, 'BSD-3-Clause'],
  [/redistribution and use in source and binary forms/i, 'BSD-2-Clause'],
];

/** A file whose name says that it holds the licence of the tree around it. */
export function isLicenceFile(path: string): boolean {
  return /(?:^|\/)(?:licen[cs]e|copying|unlicense)(?:[.-][\w.-]+)?$/i.test(path);
}

/** SPDX identifier that a text names for itself, or whose licence text it holds; '' where neither can be told. */
export function detectLicence(text: string): string {
  const tag = /SPDX-License-Identifier:\s*([\w.+-]+(?:\s+(?:AND|OR|WITH)\s+[\w.+-]+)*)/.exec(
    text.slice(0, 4096),
  );
  if (tag) return tag[1] as string;
  const flat = text.slice(0, 20_000).replace(/\s+/g, ' ');
  return LICENCE_PHRASES.find(([phrase]) => phrase.test(flat))?.[1] ?? '';
}
