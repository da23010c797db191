import { gatesOf, type RunCard } from '@tsudoi/schema';
import { getLocale, getTranslations } from 'next-intl/server';
import { Json } from '../../ui/json.tsx';
import { Facts } from '../../ui/page.tsx';

/** What the run does to the documents of its sources by itself; empty where it takes them as they are. */
function refinement({ corpus }: RunCard) {
  if (!corpus) return [];
  const { filter, decontaminate, ranks } = corpus;
  return [{ rules: filter?.rules.length ?? 0, sets: decontaminate?.sets.length ?? 0, ranks }];
}

/** What the vocabulary may hold at most: the partitions share some pieces. */
const piecesOf = (tokenizer: RunCard['tokenizer']) =>
  'partitions' in tokenizer
    ? tokenizer.partitions.reduce((sum, { pieces }) => sum + pieces, headEntries(tokenizer.head))
    : tokenizer.vocabSize;
/** The newline and 256 bytes come to the specials and the runs of spaces. */
const headEntries = ({ specials, spaceRuns }: { specials: string[]; spaceRuns: number }) =>
  specials.length + spaceRuns + 257;

/** The settings that were registered before anything of the run started. */
export async function RunCardView({ card }: { card: RunCard }) {
  const [t, kinds, locale] = await Promise.all([
    getTranslations('run'),
    getTranslations('jobKind'),
    getLocale(),
  ]);
  const number = (value: number) => value.toLocaleString(locale, { maximumFractionDigits: 6 });
  const { model, optimizer } = card.pretrain;
  const gates = gatesOf(card);
  const gated = (jobs: typeof gates.start) =>
    jobs.map((kind) => kinds(kind)).join(' · ') || t('facts.noGate');
  const groups = [
    {
      title: t('cardData'),
      items: [
        ...refinement(card).map((counts) => ({
          term: t('facts.refine'),
          value: t('facts.refineValue', counts),
        })),
        { term: t('facts.dedup'), value: t('facts.dedupValue', card.dedup) },
        { term: t('facts.vocabulary'), value: number(piecesOf(card.tokenizer)) },
        { term: t('facts.sequence'), value: number(card.shards.sequenceLength) },
        {
          term: t('facts.heldOut'),
          value: card.shards.heldOutShare.toLocaleString(locale, {
            style: 'percent',
            maximumFractionDigits: 1,
          }),
        },
      ],
    },
    {
      title: t('cardModel'),
      items: [
        { term: t('facts.layers'), value: number(model.layers) },
        { term: t('facts.hidden'), value: `${number(model.hiddenSize)} / ${number(model.intermediateSize)}` },
        {
          term: t('facts.heads'),
          value: `${number(model.heads)} / ${number('keyValueHeads' in model ? model.keyValueHeads : model.heads)}`,
        },
      ],
    },
    {
      title: t('cardOptimizer'),
      items: [
        { term: t('facts.steps'), value: number(card.pretrain.steps) },
        { term: t('facts.batch'), value: number(card.pretrain.batchSize) },
        {
          term: t('facts.rate'),
          value: `${number(optimizer.learningRate)} → ${number(optimizer.minLearningRate)}`,
        },
        { term: t('facts.warmup'), value: number(optimizer.warmupSteps) },
        { term: t('facts.decay'), value: number(optimizer.weightDecay) },
        { term: t('facts.seed'), value: String(card.pretrain.seed) },
      ],
    },
    {
      title: t('cardGates'),
      items: [
        { term: t('facts.gateStart'), value: gated(gates.start) },
        { term: t('facts.gateEnd'), value: gated(gates.end) },
      ],
    },
  ];
  return (
    <div className="card px-5 py-4">
      {groups.map((group) => (
        <div key={group.title} className="mb-4 last:mb-0">
          <h3 className="text-sm text-ink-3">{group.title}</h3>
          <Facts items={group.items} />
        </div>
      ))}
      <div className="mt-4">
        <Json title={t('cardJson')} value={card} />
      </div>
    </div>
  );
}
