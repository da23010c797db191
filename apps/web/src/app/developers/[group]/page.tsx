import { notFound } from 'next/navigation';
import { getLocale, getTranslations } from 'next-intl/server';
import { OperationView } from '../../../features/developers/operation-view.tsx';
import { readReference } from '../../../features/developers/reference.ts';
import { TypeBlock } from '../../../features/developers/type-block.tsx';
import { typesWithin, typeText } from '../../../features/developers/type-text.ts';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { serverEnv } from '../../../server/env.ts';
import { PageHead, Section } from '../../../ui/page.tsx';

interface Props {
  params: Promise<{ group: string }>;
}

async function load({ params }: Props) {
  const [{ group }, locale, t] = await Promise.all([params, getLocale(), getTranslations('developers')]);
  const reference = readReference(serverEnv().HUB_URL, locale);
  const operations = reference.operations.filter((operation) => operation.group === group);
  if (operations.length === 0) notFound();
  return { ...reference, operations, title: t(`tags.${group}` as 'tags.sources'), t };
}

export async function generateMetadata(props: Props) {
  return { title: (await load(props)).title };
}

/** All operations of one group, and the types they speak of. */
export default async function GroupOfOperationsPage(props: Props) {
  const { server, operations, types, title, t } = await load(props);
  const names = typesWithin(
    operations.flatMap(({ answer, body }) => (body ? [answer, body] : [answer])),
    types,
  );
  return (
    <ClientMessages of={['common']}>
      <PageHead parent={{ href: '/developers', label: t('title') }} title={title} />
      <nav aria-label={t('operations')} className="mb-10">
        <ul className="columns-1 gap-8 sm:columns-2">
          {operations.map(({ name, summary }) => (
            <li key={name}>
              <a className="link" href={`#${name}`}>
                {summary}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {operations.map((operation) => (
        <OperationView key={operation.name} operation={operation} server={server} typeNames={names} />
      ))}
      {names.length > 0 && (
        <Section title={t('types')} id="types">
          <p className="phrase mb-4 text-ink-2">{t('typesLead')}</p>
          <div className="space-y-5">
            {names.map((name) => (
              <div key={name} id={`type-${name}`} className="scroll-mt-20">
                <h3 className="mb-1 font-mono text-base">{name}</h3>
                <TypeBlock
                  label={`${t('types')}: ${name}`}
                  text={typeText(types[name] ?? {})}
                  names={names}
                />
              </div>
            ))}
          </div>
        </Section>
      )}
    </ClientMessages>
  );
}
