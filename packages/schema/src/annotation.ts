import { z } from 'zod';

/** One value a reviewer may choose. `help` is the rule that stands beside it. */
export const CategoryValue = z.strictObject({
  value: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
  ja: z.string().trim().min(1).max(200),
  en: z.string().trim().min(1).max(200),
  helpJa: z.string().trim().max(1000),
  helpEn: z.string().trim().max(1000),
});

/** What is asked of each item. The values of an ordinal category are listed from low to high. */
export const Category = z.strictObject({
  key: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  ja: z.string().trim().min(1).max(200),
  en: z.string().trim().min(1).max(200),
  scale: z.enum(['nominal', 'ordinal']),
  values: z.array(CategoryValue).min(2).max(60),
});
export type Category = z.infer<typeof Category>;

export const Categories = z
  .array(Category)
  .min(1)
  .max(20)
  .refine(
    (all) =>
      unique(all.map(({ key }) => key)) && all.every(({ values }) => unique(values.map((one) => one.value))),
    {
      error: 'keys and values must differ from each other',
    },
  );

const unique = (texts: string[]) => new Set(texts).size === texts.length;

/** Category key -> value. Complete: every category of the set has an answer. */
export const Answers = z.record(z.string().max(40), z.string().max(40));
export type Answers = z.infer<typeof Answers>;

export const ItemContent = z.strictObject({
  text: z.string().trim().min(1).max(8000),
  /** What a model or a person answered to the text, where that is what is judged. */
  reply: z.string().trim().max(8000).nullable(),
});
export type ItemContent = z.infer<typeof ItemContent>;

/** How equal answers must be to settle an item without adjudication. */
export const SettleRule = z.enum(['unanimous', 'majority']);
export type SettleRule = z.infer<typeof SettleRule>;

/** Krippendorff's alpha of one category over the reviewed items; null where it is not defined (no variation, no pairs). */
export const Agreement = z.strictObject({
  category: z.string(),
  alpha: z.number().nullable(),
  items: z.int(),
  reviews: z.int(),
});
export type Agreement = z.infer<typeof Agreement>;
