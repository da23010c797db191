import { type JobDetail, rolesPermit, type Viewer } from '@tsudoi/schema';
import { getTranslations } from 'next-intl/server';
import { ApproveStart } from './approve-start.tsx';
import { ApproveEnd, CancelJob, RefuseStart, RetryJob, SendBack } from './gate-actions.tsx';

/**
 * The gates of a supervisor, as LLM-jp keeps them by hand: a job starts, and its result counts, when somebody of the
 * group has looked. Everybody sees what is waited for and what will be looked at; who may decide gets the buttons.
 */
export async function SupervisorGates({ job, viewer }: { job: JobDetail; viewer: Viewer | null }) {
  const [t, kinds] = await Promise.all([getTranslations('gates'), getTranslations('jobKind')]);
  const roles = viewer?.roles ?? [];
  const supervises = rolesPermit(roles, 'job.approve', job.groupId);
  const manages = rolesPermit(roles, 'job.manage', job.groupId);
  const { jobId, state } = job;
  if (state === 'awaiting-start' || state === 'awaiting-end') {
    const gate = state === 'awaiting-start' ? 'start' : 'end';
    return (
      <section
        className="mb-8 rounded-xl border border-yamabuki/40 bg-yamabuki-soft px-5 py-4"
        aria-label={t(`${gate}.title`)}
      >
        <h2 className="text-base text-yamabuki">{t(`${gate}.title`)}</h2>
        <ul className="mt-2 list-disc space-y-1 pl-5">
          {(['look1', 'look2', 'look3'] as const).map((key) => (
            <li key={key} className="phrase">
              {t(`${gate}.${key}`, job.needs)}
            </li>
          ))}
        </ul>
        {supervises ? (
          <div className="mt-4 flex flex-wrap gap-2">
            {gate === 'start' ? (
              <>
                <ApproveStart jobId={jobId} named={kinds(job.kind)} />
                <RefuseStart jobId={jobId} />
              </>
            ) : (
              <>
                <ApproveEnd jobId={jobId} />
                <SendBack jobId={jobId} />
              </>
            )}
          </div>
        ) : (
          <p className="phrase mt-3 text-sm text-ink-2">{t('whoDecides')}</p>
        )}
        {manages && (
          <div className="mt-3">
            <CancelJob jobId={jobId} />
          </div>
        )}
      </section>
    );
  }
  if (!manages) return null;
  if (state === 'queued' || state === 'leased') return <Row child={<CancelJob jobId={jobId} />} />;
  if (state === 'failed') return <Row child={<RetryJob jobId={jobId} />} />;
  return null;
}

function Row({ child }: { child: React.ReactNode }) {
  return <div className="mb-8 flex flex-wrap gap-2">{child}</div>;
}
