/**
 * The house rules for licences, by name. A refusal always names its rule, and the portal shows this text beside it.
 * Patterns are over SPDX ids (SPDX License List 3.x).
 */
export const licenceRules = {
  'non-commercial': {
    ja: '非営利に限る資料からは、誰もが使えるモデルを公開できません。',
    en: 'Material for non-commercial use only cannot lead to a model that everybody may use.',
  },
  'no-derivatives': {
    ja: '改変を禁じる資料は、学習にも再配布にも加工が必要なため使えません。',
    en: 'Material that forbids derivatives cannot be used, since training and cleaning both change it.',
  },
  'not-open': {
    ja: 'このライセンスは、開かれた利用を許すものとして確認されていません。',
    en: 'This licence is not known to allow open use.',
  },
  'not-granted': {
    ja: '提案者がこの用途を求めていません。',
    en: 'The proposal did not ask for this use.',
  },
  attribution: { ja: '作者と出典を示してください。', en: 'Name the authors and the source.' },
  'share-alike': {
    ja: '資料そのものや改変した資料は、同じライセンスで配布してください。',
    en: 'Pass the material and changed versions of it on under the same licence.',
  },
  notice: {
    ja: 'ライセンス文と著作権表示を添えてください。',
    en: 'Keep the licence text and the copyright notice with it.',
  },
} as const;
export type LicenceRule = keyof typeof licenceRules;

const nonCommercial =
  /(^|-)NC(-|$)|NonCommercial|Noncommercial|Research-only|Prosperity|PolyForm-(Noncommercial|Internal|Free-Trial|Small)/i;
const noDerivatives = /(^|-)ND(-|$)/i;
const openContent =
  /^(CC0-1\.0|CC-BY-\d|CC-BY-SA-\d|CC-PDDC|PDDL-1\.0|ODC-By-1\.0|ODbL-1\.0|GFDL-\d|Linux-man-pages-|LAL-1|OGL-UK|OGL-Canada|etalab-2\.0|DL-DE-BY-2|CDLA-|Unicode-|BSD-|Unlicense|public-domain|Latex2e|Verbatim-man-pages|WTFPL)/;
const shareAlike = /^(CC-BY-SA|GFDL|A?GPL|LGPL|ODbL|Linux-man-pages-copyleft|MPL|EUPL|OSL|CDLA-Sharing|LAL)/;
const noAttribution = /^(CC0-1\.0|PDDL|Unlicense|0BSD|CC-PDDC|WTFPL|public-domain|MIT-0)/;
const contentLicence = /^(CC-|GFDL|ODC|ODbL|OGL|etalab|CDLA|DL-DE)/;

/** What one SPDX id allows under these rules: a refusing rule, or obligations. */
export function rulesForLicence(
  id: string,
  osiApproved: boolean,
): { refusal: LicenceRule | null; obligations: LicenceRule[] } {
  if (nonCommercial.test(id)) return { refusal: 'non-commercial', obligations: [] };
  if (noDerivatives.test(id)) return { refusal: 'no-derivatives', obligations: [] };
  if (!osiApproved && !openContent.test(id)) return { refusal: 'not-open', obligations: [] };
  const obligations: LicenceRule[] = [];
  if (!noAttribution.test(id)) obligations.push(contentLicence.test(id) ? 'attribution' : 'notice');
  if (shareAlike.test(id)) obligations.push('share-alike');
  return { refusal: null, obligations };
}
