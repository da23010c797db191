import { describe, expect, test } from 'vitest';
import { Rejection } from '../rejection.ts';
import type { UseRights } from '../source-part.ts';
import { licenceRules } from './rules.ts';
import { combineVerdicts, knownLicences, licenceVerdict } from './verdict.ts';

const all: UseRights = { train: true, search: true, redistribute: true };
const nothing: UseRights = { train: false, search: false, redistribute: false };
const rulesOf = (reasons: { rule: string }[]) => reasons.map(({ rule }) => rule);

describe('one licence', () => {
  test.each([
    'CC-BY-4.0',
    'CC-BY-SA-4.0',
    'CC0-1.0',
    'Apache-2.0',
    'MIT',
    'GPL-2.0-or-later',
    'GFDL-1.3-only',
  ])('%s allows every use that was asked for', (licence) => {
    expect(licenceVerdict(licence, all)).toMatchObject({ expressions: [licence], rights: all, refusals: [] });
  });

  test.each([
    ['CC-BY-NC-4.0', 'non-commercial'],
    ['CC-BY-NC-SA-3.0', 'non-commercial'],
    ['PolyForm-Noncommercial-1.0.0', 'non-commercial'],
    ['CC-BY-ND-4.0', 'no-derivatives'],
    ['BUSL-1.1', 'not-open'],
  ])('%s allows nothing, by rule "%s"', (licence, rule) => {
    const verdict = licenceVerdict(licence, all);
    expect(verdict.rights).toEqual(nothing);
    expect(verdict.refusals).toEqual([{ rule, licence }]);
  });

  test('never allows more than was asked for', () => {
    const asked = { train: true, search: false, redistribute: false };
    expect(licenceVerdict('MIT', asked).rights).toEqual(asked);
  });

  test('obliges to what its text obliges to', () => {
    expect(rulesOf(licenceVerdict('CC-BY-SA-4.0', all).obligations)).toEqual(['attribution', 'share-alike']);
    expect(rulesOf(licenceVerdict('Apache-2.0', all).obligations)).toEqual(['notice']);
    expect(rulesOf(licenceVerdict('GPL-3.0-only', all).obligations)).toEqual(['notice', 'share-alike']);
    expect(licenceVerdict('CC0-1.0', all).obligations).toEqual([]);
  });
});

describe('expressions', () => {
  test('AND adds refusals and obligations up', () => {
    const verdict = licenceVerdict('MIT AND CC-BY-NC-4.0', all);
    expect(verdict.rights).toEqual(nothing);
    expect(rulesOf(verdict.refusals)).toEqual(['non-commercial']);
    expect(rulesOf(licenceVerdict('MIT AND CC-BY-SA-4.0', all).obligations).sort()).toEqual([
      'attribution',
      'notice',
      'share-alike',
    ]);
  });

  test('OR takes the freer side, whichever it is written on', () => {
    for (const expression of ['CC-BY-NC-4.0 OR MIT', 'MIT OR CC-BY-NC-4.0']) {
      expect(licenceVerdict(expression, all)).toMatchObject({ rights: all, refusals: [] });
    }
    expect(licenceVerdict('GPL-3.0-only OR CC0-1.0', all).obligations).toEqual([]);
  });

  test('brackets bind as written', () => {
    expect(licenceVerdict('MIT AND (CC-BY-ND-4.0 OR CC-BY-4.0)', all).rights).toEqual(all);
    expect(licenceVerdict('(MIT OR Apache-2.0) AND CC-BY-ND-4.0', all).rights).toEqual(nothing);
  });

  test('exceptions are read: GPL-2.0-or-later WITH Classpath-exception-2.0', () => {
    expect(licenceVerdict('GPL-2.0-or-later WITH Classpath-exception-2.0', all).rights).toEqual(all);
  });

  test.each([
    ['Apache 2.0', 'Apache-2.0'],
    ['CC-BY-SA 4.0', 'CC-BY-SA-4.0'],
    ['mit license', expect.any(String)],
    ['無断転載禁止', expect.any(String)],
    ['', expect.any(String)],
  ])('"%s" is no SPDX expression; a near one is named', (expression, suggestion) => {
    let refusal: unknown = null;
    try {
      licenceVerdict(expression, all);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(Rejection);
    expect(refusal).toMatchObject({ code: 'licence.unknown', params: { expression, suggestion } });
  });
});

describe('what is made from several sources', () => {
  test('may be used only as each of them may', () => {
    const open = licenceVerdict('CC-BY-4.0', all);
    const quiet = licenceVerdict('MIT', { ...all, redistribute: false });
    const combined = combineVerdicts([open, quiet, open]);
    expect(combined.rights).toEqual({ train: true, search: true, redistribute: false });
    expect(combined.expressions).toEqual(['CC-BY-4.0', 'MIT']);
    expect(combined.obligations).toEqual([
      { rule: 'attribution', licence: 'CC-BY-4.0' },
      { rule: 'notice', licence: 'MIT' },
    ]);
  });

  test('is allowed nothing if one of them is refused, and says by which rule', () => {
    const combined = combineVerdicts([licenceVerdict('MIT', all), licenceVerdict('CC-BY-NC-4.0', all)]);
    expect(combined.rights).toEqual(nothing);
    expect(rulesOf(combined.refusals)).toEqual(['non-commercial']);
  });

  test('does not depend on their order, nor on combining twice', () => {
    const verdicts = ['MIT', 'GFDL-1.3-only', 'CC-BY-SA-4.0'].map((licence) => licenceVerdict(licence, all));
    const combined = combineVerdicts(verdicts);
    expect(combineVerdicts([...verdicts].reverse())).toEqual(combined);
    expect(combineVerdicts([combined, combined])).toEqual(combined);
  });

  test('and from nothing at all, nothing is allowed', () => {
    expect(combineVerdicts([]).rights).toEqual(nothing);
  });
});

test('the form knows the whole SPDX list, and every rule has its text in both languages', () => {
  expect(knownLicences().length).toBeGreaterThan(500);
  expect(knownLicences()).toContainEqual({ id: 'MIT', name: 'MIT License' });
  for (const text of Object.values(licenceRules)) {
    expect(text.ja).toMatch(/[ぁ-ん]/);
    expect(text.en).toMatch(/^[ -~]+$/);
  }
});
