import { useTranslations } from 'next-intl';
import { Badge } from '../../ui/badge.tsx';
import { CopyBlock } from '../../ui/copy-block.tsx';
import { Table } from '../../ui/table.tsx';
import { curlOf, type Operation } from './reference.ts';
import { TypeBlock } from './type-block.tsx';
import { noteOf, typeText } from './type-text.ts';

/** One operation: what it does, what it needs, what goes in and what comes out. */
export function OperationView(props: { operation: Operation; server: string; typeNames: string[] }) {
  const t = useTranslations('developers');
  const words = useTranslations('permission');
  const { operation, server, typeNames } = props;
  const { name, method, path, summary, permission, parameters, body, answer } = operation;
  const places = { path: t('inPath'), query: t('inQuery'), header: t('inHeader') };
  const isPublic = permission === 'public.read';
  return (
    <section id={name} aria-labelledby={`${name}-title`} className="mb-14 scroll-mt-20">
      <h2 id={`${name}-title`} className="text-lg">
        {summary}
      </h2>
      <p className="mt-2 mb-4 flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge tone={method === 'GET' ? 'ai' : 'run'}>{method}</Badge>
        <code className="font-mono text-sm break-all">/api/v1{path}</code>
        <span className="text-sm text-ink-3">
          {t('needs')}:{' '}
          {isPublic ? (
            t('anybody')
          ) : (
            <>
              {words(permission.replace('.', '-') as 'public-read')}{' '}
              <code className="font-mono">{permission}</code>
            </>
          )}
        </span>
      </p>
      <div className="space-y-4">
        {parameters.length > 0 && (
          <Table
            caption={`${t('parameters')}: ${name}`}
            rows={parameters}
            rowKey={(one) => `${one.in} ${one.name}`}
            columns={[
              {
                head: t('name'),
                cell: (one) => <code className="font-mono text-sm">{one.name}</code>,
              },
              {
                head: <span className="whitespace-nowrap">{t('where')}</span>,
                cell: (one) => <span className="text-sm whitespace-nowrap">{places[one.in]}</span>,
              },
              {
                head: t('type'),
                cell: (one) => (
                  <span className="text-sm">
                    <code className="font-mono">{typeText(one.schema)}</code>
                    <span className="block text-ink-3">
                      {[one.required ? t('required') : t('optional'), noteOf(one.schema)]
                        .filter(Boolean)
                        .join(', ')}
                    </span>
                  </span>
                ),
              },
            ]}
          />
        )}
        {body && Object.keys(body.properties ?? {}).length > 0 && (
          <div>
            <h3 className="mb-1 text-base">{t('body')}</h3>
            <TypeBlock label={`${t('body')}: ${name}`} text={typeText(body)} names={typeNames} />
          </div>
        )}
        <div>
          <h3 className="mb-1 text-base">{t('answer')}</h3>
          <TypeBlock label={`${t('answer')}: ${name}`} text={typeText(answer)} names={typeNames} />
        </div>
        <div>
          <h3 className="mb-1 text-base">{t('example')}</h3>
          <CopyBlock label={`${t('example')}: ${name}`} text={curlOf(server, operation)} />
        </div>
      </div>
    </section>
  );
}
