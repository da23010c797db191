import {
  CloudEvent,
  type EventDefinition,
  eventDefinitions,
  isPrivateEvent,
  logSubject,
} from '@tsudoi/schema';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { z } from 'zod';
import { TypeBlock } from '../../../features/developers/type-block.tsx';
import { typeText } from '../../../features/developers/type-text.ts';
import type { JsonSchema } from '../../../server/http/input-schema.ts';
import { PageHead, Section } from '../../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('events'))('title') };
}

const definitions: readonly EventDefinition[] = eventDefinitions;
const schemaOf = (type: z.ZodType) =>
  z.toJSONSchema(type, { io: 'output', unrepresentable: 'any', reused: 'inline' }) as JsonSchema;

/** Every kind of event with the form of its data, from the registry that the log itself is read with. */
export default async function EventsPage() {
  const [t, developers, kinds] = await Promise.all([
    getTranslations('events'),
    getTranslations('developers'),
    getTranslations('streamType'),
  ]);
  const groups = Map.groupBy(definitions, ({ stream }) => stream);
  return (
    <>
      <PageHead
        parent={{ href: '/developers', label: developers('title') }}
        title={t('title')}
        lead={t('lead')}
      />
      <Section title={t('envelope')}>
        <p className="phrase mb-3 max-w-2xl text-ink-2">{t('envelopeLead')}</p>
        <TypeBlock label={t('envelope')} text={typeText(schemaOf(CloudEvent))} names={[]} />
      </Section>
      {[...groups].map(([stream, inStream]) => (
        <Section key={stream} id={stream} title={kinds(stream)}>
          <div className="space-y-2">
            {inStream.map((definition) => (
              <EventView key={definition.type} definition={definition} />
            ))}
          </div>
        </Section>
      ))}
    </>
  );
}

async function EventView({ definition }: { definition: EventDefinition }) {
  const t = await getTranslations('events');
  const { type, stream, version, data } = definition;
  return (
    <details id={type} className="card scroll-mt-20">
      <summary className="flex flex-wrap items-baseline gap-x-3 px-4 py-2.5">
        <span className="font-mono text-[0.93rem]">{type}</span>
        {version > 1 && <span className="text-sm text-ink-3">{t('version', { version })}</span>}
      </summary>
      <div className="space-y-2 border-t border-line px-4 py-3">
        <p className="text-sm text-ink-3">
          {t('subject')}: <code className="font-mono">{logSubject('{group}', stream, type)}</code>
        </p>
        {isPrivateEvent({ streamType: stream, type }) && (
          <p className="phrase text-yamabuki">{t('owners')}</p>
        )}
        <TypeBlock label={`${type}: ${t('data')}`} text={typeText(schemaOf(data))} names={[]} />
      </div>
    </details>
  );
}
