import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { type Operation, readReference } from '../../features/developers/reference.ts';
import { ClientMessages } from '../../i18n/client-messages.tsx';
import { bytes } from '../../lib/labels.ts';
import { serverEnv } from '../../server/env.ts';
import { largestBody, policies } from '../../server/http/limits.ts';
import { CopyBlock } from '../../ui/copy-block.tsx';
import { PageHead, Section } from '../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('developers'))('title') };
}

export default async function DevelopersPage() {
  const [t, locale] = await Promise.all([getTranslations('developers'), getLocale()]);
  const { server, operations } = readReference(serverEnv().HUB_URL, locale);
  const groups = Map.groupBy(operations, ({ group }) => group);
  return (
    <ClientMessages of={['common']}>
      <PageHead title={t('title')} lead={t('lead')} />
      <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          <FirstCall server={server} />
          <Generate server={new URL('/api/openai/v1', server).href} />
          <Section id="operations" title={t('operations')} aside={t('count', { count: operations.length })}>
            <div className="space-y-6">
              {[...groups].map(([group, inGroup]) => (
                <Group key={group} group={group} operations={inGroup} />
              ))}
            </div>
          </Section>
        </div>
        <aside className="min-w-0">
          <Links />
          <Promises />
          <Limits />
        </aside>
      </div>
    </ClientMessages>
  );
}

async function FirstCall({ server }: { server: string }) {
  const t = await getTranslations('developers');
  return (
    <Section title={t('start')}>
      <p className="phrase mb-2">{t('startPublic')}</p>
      <CopyBlock label={t('start')} text={`curl "${server}/sources?limit=5"`} />
      <p className="phrase mt-4 mb-2">
        {t('startToken')}{' '}
        <Link href="/people/me" className="link">
          {t('issueToken')}
        </Link>
      </p>
      <CopyBlock
        label={t('startToken')}
        text={`curl "${server}/me" \\\n  -H "Authorization: Bearer $HUB_TOKEN"`}
      />
    </Section>
  );
}

/** The models of the hub under OpenAI's API, which is not one of the hub's own operations. */
async function Generate({ server }: { server: string }) {
  const t = await getTranslations('developers');
  const call = [
    `curl "${server}/completions"`,
    '-H "Authorization: Bearer $HUB_TOKEN"',
    '-H "Content-Type: application/json"',
    `-d '{"model": "'$MODEL':int8", "prompt": "猫は", "max_tokens": 32}'`,
  ];
  return (
    <Section id="generate" title={t('generate')}>
      <p className="phrase mb-2">{t('generateLead')}</p>
      <CopyBlock label={t('generate')} text={call.join(' \\\n  ')} />
      <p className="phrase mt-2 text-[0.93rem]">{t('generateModels')}</p>
    </Section>
  );
}

async function Group({ group, operations }: { group: string; operations: Operation[] }) {
  const t = await getTranslations('developers');
  return (
    <section aria-labelledby={`group-${group}`}>
      <h3 id={`group-${group}`} className="mb-2 text-base">
        <Link className="link" href={`/developers/${group}`}>
          {t(`tags.${group}` as 'tags.sources')}
        </Link>
      </h3>
      <ul className="card divide-y divide-line">
        {operations.map(({ name, method, path, summary }) => (
          <li key={name} className="px-4 py-2 sm:flex sm:justify-between sm:gap-6">
            <Link className="hover:underline" href={`/developers/${group}#${name}`}>
              {summary}
            </Link>
            <code className="block min-w-0 font-mono text-[0.8rem] leading-7 break-all text-ink-3 sm:text-right">
              {method} {path}
            </code>
          </li>
        ))}
      </ul>
    </section>
  );
}

async function Links() {
  const t = await getTranslations('developers');
  return (
    <Section title={t('machine')}>
      <ul className="space-y-1">
        <li>
          <a className="link" href="/api/v1/openapi.json">
            {t('openapi')}
          </a>
        </li>
        <li>
          <a className="link" href="/api/v1/asyncapi.json">
            AsyncAPI 3.0 (JSON)
          </a>
        </li>
        {(['refusals', 'events'] as const).map((page) => (
          <li key={page}>
            <Link className="link" href={`/developers/${page}`}>
              {page === 'refusals' ? t('errors') : t('events')}
            </Link>
          </li>
        ))}
        <li>
          <Link className="link" href="/streams">
            {t('streams')}
          </Link>
        </li>
      </ul>
    </Section>
  );
}

async function Promises() {
  const [t, locale] = await Promise.all([getTranslations('developers'), getLocale()]);
  return (
    <Section title={t('promises')}>
      <ul className="list-disc space-y-2 pl-5 text-[0.93rem] leading-6">
        {(['promiseRepeat', 'promiseRead', 'promiseVersion', 'promiseErrors'] as const).map((key) => (
          <li key={key} className="phrase">
            {t(key)}
          </li>
        ))}
        <li className="phrase">{t('promiseBody', { size: bytes(largestBody, locale) })}</li>
      </ul>
    </Section>
  );
}

async function Limits() {
  const t = await getTranslations('developers');
  return (
    <Section title={t('limits')}>
      <ul className="space-y-1 text-[0.93rem] leading-6">
        {Object.values(policies).map(({ name, calls, seconds }) => (
          <li key={name}>
            {t('limit', { name: t(`limitNames.${name as keyof typeof policies}`), calls, seconds })}
          </li>
        ))}
      </ul>
      <p className="phrase mt-2 text-sm text-ink-3">{t('limitLead')}</p>
    </Section>
  );
}
