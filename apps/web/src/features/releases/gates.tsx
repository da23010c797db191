import {
  type ArtifactDetail,
  type ReleaseDetail,
  rolesPermit,
  type SafetyEvidence,
  type Viewer,
} from '@tsudoi/schema';
import { Check, Circle, X } from 'lucide-react';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { artifactTitle } from '../../lib/artifact-title.ts';
import { api } from '../../server/api.ts';
import { rejectionShape } from '../../server/rejections.ts';
import { Badge } from '../../ui/badge.tsx';
import { AssessForm } from './assess-form.tsx';
import { GateButton } from './gate-actions.tsx';

interface Props {
  release: ReleaseDetail;
  artifact: ArtifactDetail;
  viewer: Viewer | null;
}

/** The way of a release, gate by gate: what stands, what is missing, and the one thing its reader may do about it. */
export async function Gates(props: Props) {
  const { release, artifact } = props;
  const t = await getTranslations('releases');
  const checked = release.checks.length > 0 && release.checks.every(({ reason }) => reason === null);
  const enough = release.approvals >= release.approvalsNeeded;
  const released = isOpen(release) ? null : release.state === 'released';
  return (
    <ol className="space-y-3">
      {artifact.kind === 'model' && (
        <Gate
          title={t('gateSafety')}
          passed={release.safety ? release.safety.verdict === 'acceptable' : null}
        >
          <Safety {...props} />
        </Gate>
      )}
      <Gate title={t('gateChecks')} passed={release.checks.length > 0 ? checked : null}>
        <Checks {...props} />
      </Gate>
      <Gate title={t('gateApprovals')} passed={enough ? true : null}>
        <Approvals {...props} />
      </Gate>
      <Gate title={t('gatePublish')} passed={released}>
        <Publish {...props} />
      </Gate>
    </ol>
  );
}

async function Gate(props: { title: string; passed: boolean | null; children: ReactNode }) {
  const t = await getTranslations('releases');
  const { passed } = props;
  const Icon = passed === null ? Circle : passed ? Check : X;
  const tone = passed === null ? 'text-ink-3' : passed ? 'text-wakatake' : 'text-shu';
  return (
    <li className="card grid grid-cols-[auto_1fr] gap-x-4 px-5 py-4">
      <Icon aria-hidden className={`mt-1 size-5 ${tone}`} />
      <div className="min-w-0">
        <h3 className="text-base">
          {props.title}
          <span className={`ml-3 text-sm font-normal ${tone}`}>
            {passed === null ? t('gateOpen') : passed ? t('gatePassed') : t('gateFailed')}
          </span>
        </h3>
        {props.children}
      </div>
    </li>
  );
}

const isOpen = ({ state }: ReleaseDetail) => state !== 'released' && state !== 'withdrawn';

async function Safety({ release, artifact, viewer }: Props) {
  const [t, locale] = await Promise.all([getTranslations('releases'), getLocale()]);
  const { safety } = release;
  const may =
    isOpen(release) &&
    viewer !== null &&
    viewer.personId !== release.author.personId &&
    rolesPermit(viewer.roles, 'release.assess', 'any');
  return (
    <>
      {safety ? (
        <div className="mt-1 text-ink-2">
          <p>
            <Badge tone={safety.verdict === 'acceptable' ? 'good' : 'bad'}>
              {t(`verdict.${safety.verdict}`)}
            </Badge>{' '}
            <EvidenceLink evidence={safety.evidence} />
          </p>
          <p className="phrase mt-1 whitespace-pre-line">{safety.statement}</p>
        </div>
      ) : (
        <p className="phrase mt-1 text-ink-2">{t('safetyMissing')}</p>
      )}
      {may && (
        <AssessForm
          releaseId={release.releaseId}
          evidence={await evidenceFor(artifact, locale, t('evaluationOf'))}
        />
      )}
      {!may && !safety && isOpen(release) && (
        <p className="phrase mt-1 text-sm text-ink-3">{t('whoAssesses')}</p>
      )}
    </>
  );
}

async function EvidenceLink({ evidence }: { evidence: SafetyEvidence }) {
  const t = await getTranslations('releases');
  const href =
    evidence.kind === 'artifact' ? `/artifacts/${evidence.artifactId}` : `/annotations/${evidence.setId}`;
  return (
    <Link className="link text-sm" href={href}>
      {evidence.kind === 'artifact' ? t('evidenceArtifact') : t('evidenceSet', { version: evidence.version })}
    </Link>
  );
}

/** Evaluations of this very artifact, and the newest frozen version of each annotation set. */
async function evidenceFor(artifact: ArtifactDetail, locale: 'ja' | 'en', evaluationOf: string) {
  const [sets, titles] = await Promise.all([
    (await api()).annotations.sets({ limit: 100 }),
    getTranslations('artifactTitle'),
  ]);
  const evaluations = artifact.evaluations.map(({ artifactId, title }) => ({
    label: `${evaluationOf}: ${artifactTitle(title, titles)}`,
    value: { kind: 'artifact' as const, artifactId },
  }));
  const frozen = sets.items
    .filter(({ version }) => version > 0)
    .map(({ setId, version, titleJa, titleEn }) => ({
      label: `${locale === 'ja' ? titleJa : titleEn} v${version}`,
      value: { kind: 'annotation-set' as const, setId, version },
    }));
  return [...evaluations, ...frozen];
}

async function Checks({ release, viewer }: Props) {
  const [t, names, locale] = await Promise.all([
    getTranslations('releases'),
    getTranslations('releaseCheck'),
    getLocale(),
  ]);
  const may = isOpen(release) && rolesPermit(viewer?.roles ?? [], 'release.draft', release.groupId);
  return (
    <>
      {release.checks.length === 0 && <p className="phrase mt-1 text-ink-2">{t('notChecked')}</p>}
      <ul className="mt-1 space-y-1">
        {release.checks.map(({ check, reason }) => (
          <li key={check} className="flex flex-wrap items-baseline gap-x-3">
            <span className="font-medium">{names(check)}</span>
            <span className={reason ? 'phrase text-shu' : 'text-wakatake'}>
              {reason ? rejectionShape(reason, locale).text : t('checkPassed')}
            </span>
          </li>
        ))}
      </ul>
      {may && <GateButton releaseId={release.releaseId} gate="check" />}
    </>
  );
}

async function Approvals({ release, viewer }: Props) {
  const [t, common] = await Promise.all([getTranslations('releases'), getTranslations('common')]);
  const { approvals, approvalsNeeded, approvedBy, state } = release;
  const mine = viewer?.personId === release.author.personId;
  const given = approvedBy.some(({ personId }) => personId === viewer?.personId);
  const may =
    (state === 'checked' || state === 'approved') &&
    !mine &&
    !given &&
    rolesPermit(viewer?.roles ?? [], 'release.approve', release.groupId);
  return (
    <>
      <p className="mt-1 text-ink-2 tabular-nums">
        {t('approvalsOf', { given: approvals, needed: approvalsNeeded })}
      </p>
      {approvedBy.length > 0 && (
        <p className="text-sm text-ink-2">
          {approvedBy.map(({ displayName }) => displayName || common('erasedPerson')).join(', ')}
        </p>
      )}
      {mine && isOpen(release) && <p className="phrase mt-1 text-sm text-ink-3">{t('ownRelease')}</p>}
      {!mine && state === 'draft' && <p className="phrase mt-1 text-sm text-ink-3">{t('approveLater')}</p>}
      {may && <GateButton releaseId={release.releaseId} gate="approve" />}
    </>
  );
}

async function Publish({ release, viewer }: Props) {
  const t = await getTranslations('releases');
  const may =
    release.state === 'approved' && rolesPermit(viewer?.roles ?? [], 'release.approve', release.groupId);
  if (!isOpen(release)) {
    return (
      <p className="phrase mt-1 text-ink-2">{t(release.state === 'released' ? 'isOut' : 'wasWithdrawn')}</p>
    );
  }
  return (
    <>
      <p className="phrase mt-1 text-ink-2">{t('publishLead')}</p>
      {may && <GateButton releaseId={release.releaseId} gate="publish" />}
    </>
  );
}
