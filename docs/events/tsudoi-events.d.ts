/** Events of a Tsudoi hub as CloudEvents. Generated from the schema by `npm run generate`. */

export type TsudoiEvent =
  | PersonJoined
  | OpennessAgreed
  | ProfileChanged
  | RoleGranted
  | RoleRevoked
  | TokenIssued
  | TokenRevoked
  | PersonLeft
  | PersonErased
  | GroupCreated
  | MemberAdded
  | MemberRemoved
  | SourceProposed
  | SourceReviewed
  | SourceRevised
  | LicenceEvidenceAdded
  | SourceAccepted
  | SourceRejected
  | SourceChangesWanted
  | SourceIngested
  | SourceIncluded
  | SourceWithdrawn
  | AnnotationSetDrawnUp
  | AnnotationSetOpened
  | AnnotationSetChanged
  | AnnotationSetFrozen
  | AnnotationSetReopened
  | ItemDrawnUp
  | ItemClaimed
  | ItemReturned
  | ItemReviewed
  | ReviewsRevealed
  | ItemAdjudicated
  | ItemWithdrawn
  | JobDrafted
  | JobStartApproved
  | JobStartRefused
  | JobQueued
  | JobLeased
  | JobCheckpointed
  | LeaseExpired
  | JobResultReported
  | JobReplicaWanted
  | JobEndCheckWanted
  | JobEndApproved
  | JobSentBack
  | JobCompleted
  | JobVerified
  | JobFailed
  | JobCancelled
  | JobRetried
  | RunRegistered
  | RunStarted
  | RunCompleted
  | RunFailed
  | RunAbandoned
  | PostMortemWritten
  | ArtifactRegistered
  | ReleaseDrafted
  | SafetyAssessed
  | ReleaseChecked
  | ReleaseApproved
  | ReleasePublished
  | ReleaseWithdrawn
  | CreditGranted
  | CreditReversed
  | WebhookRegistered
  | WebhookSecretRotated
  | WebhookPaused
  | WebhookResumed
  | WebhookDeleted
  | SubscriptionOpened
  | SubscriptionCredentialIssued
  | SubscriptionClosed;

export interface PersonJoined {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.person.PersonJoined';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    personId: string;
    openness: string;
    sealed: string | null;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 2;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface OpennessAgreed {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.person.OpennessAgreed';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    personId: string;
    openness: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface ProfileChanged {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.person.ProfileChanged';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    personId: string;
    sealed: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface RoleGranted {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.person.RoleGranted';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    personId: string;
    role: 'contributor' | 'reviewer' | 'lead' | 'supervisor' | 'admin';
    groupId: string | null;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface RoleRevoked {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.person.RoleRevoked';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    personId: string;
    role: 'contributor' | 'reviewer' | 'lead' | 'supervisor' | 'admin';
    groupId: string | null;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface TokenIssued {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.person.TokenIssued';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    personId: string;
    tokenId: string;
    label: string;
    scopes: (
      | 'public.read'
      | 'source.propose'
      | 'source.review'
      | 'source.withdraw'
      | 'source.curate'
      | 'annotation.annotate'
      | 'annotation.manage'
      | 'annotation.adjudicate'
      | 'run.register'
      | 'job.manage'
      | 'artifact.download'
      | 'model.generate'
      | 'release.draft'
      | 'release.assess'
      | 'webhook.manage'
      | 'stream.subscribe'
      | 'node.work'
      | 'telemetry.write'
    )[];
    groupId: string | null;
    expiresAt: string | null;
    secretHash: string | null;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 2;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface TokenRevoked {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.person.TokenRevoked';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    personId: string;
    tokenId: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface PersonLeft {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.person.PersonLeft';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    personId: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface PersonErased {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.person.PersonErased';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    personId: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface GroupCreated {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.group.GroupCreated';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    groupId: string;
    slug: string;
    nameJa: string;
    nameEn: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface MemberAdded {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.group.MemberAdded';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    groupId: string;
    personId: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface MemberRemoved {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.group.MemberRemoved';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    groupId: string;
    personId: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface SourceProposed {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.source.SourceProposed';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    sourceId: string;
    proposerId: string;
    groupId: string | null;
    titleJa: string;
    titleEn: string;
    description: string;
    licence: string;
    evidenceUrl: string;
    rights: {
      train: boolean;
      search: boolean;
      redistribute: boolean;
    };
    parts: {
      location:
        | {
            kind: 'deb';
            package: string;
          }
        | {
            kind: 'npm';
            package: string;
            version: string;
          }
        | {
            kind: 'upload';
            sha256: string;
            size: number;
            fileName: string;
          }
        | {
            kind: 'url';
            url: string;
          };
      /**
       * @minItems 1
       * @maxItems 20
       */
      include: string[];
      format: 'roff' | 'html' | 'markdown' | 'text' | 'code' | 'jsonl' | 'parquet' | 'warc' | 'mediawiki';
      language: 'ja' | 'en' | 'code';
    }[];
    verdict: {
      expressions: string[];
      rights: {
        train: boolean;
        search: boolean;
        redistribute: boolean;
      };
      obligations: {
        rule: string;
        licence: string;
      }[];
      refusals: {
        rule: string;
        licence: string;
      }[];
    };
    quorum: number;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface SourceReviewed {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.source.SourceReviewed';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    sourceId: string;
    reviewerId: string;
    verdict: 'accept' | 'reject' | 'changes';
    comment: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface SourceRevised {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.source.SourceRevised';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    sourceId: string;
    titleJa: string;
    titleEn: string;
    description: string;
    licence: string;
    evidenceUrl: string;
    rights: {
      train: boolean;
      search: boolean;
      redistribute: boolean;
    };
    parts: {
      location:
        | {
            kind: 'deb';
            package: string;
          }
        | {
            kind: 'npm';
            package: string;
            version: string;
          }
        | {
            kind: 'upload';
            sha256: string;
            size: number;
            fileName: string;
          }
        | {
            kind: 'url';
            url: string;
          };
      /**
       * @minItems 1
       * @maxItems 20
       */
      include: string[];
      format: 'roff' | 'html' | 'markdown' | 'text' | 'code' | 'jsonl' | 'parquet' | 'warc' | 'mediawiki';
      language: 'ja' | 'en' | 'code';
    }[];
    verdict: {
      expressions: string[];
      rights: {
        train: boolean;
        search: boolean;
        redistribute: boolean;
      };
      obligations: {
        rule: string;
        licence: string;
      }[];
      refusals: {
        rule: string;
        licence: string;
      }[];
    };
    quorum: number;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface LicenceEvidenceAdded {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.source.LicenceEvidenceAdded';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    sourceId: string;
    personId: string;
    url: string;
    note: string;
    sha256: string | null;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface SourceAccepted {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.source.SourceAccepted';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    sourceId: string;
    reviewerIds: string[];
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface SourceRejected {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.source.SourceRejected';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    sourceId: string;
    rule: {
      rule: string;
      licence: string;
    } | null;
    reviewerIds: string[];
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface SourceChangesWanted {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.source.SourceChangesWanted';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    sourceId: string;
    reviewerId: string;
    comment: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface SourceIngested {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.source.SourceIngested';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    sourceId: string;
    artifactId: string;
    documents: number;
    bytes: number;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface SourceIncluded {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.source.SourceIncluded';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    sourceId: string;
    artifactId: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface SourceWithdrawn {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.source.SourceWithdrawn';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    sourceId: string;
    personId: string;
    reason: string;
    descendants: {
      artifacts: number;
      runs: number;
      releases: number;
    } | null;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 2;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface AnnotationSetDrawnUp {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.annotation-set.AnnotationSetDrawnUp';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    setId: string;
    groupId: string | null;
    personId: string;
    titleJa: string;
    titleEn: string;
    guideline: string;
    categories: {
      key: string;
      ja: string;
      en: string;
      scale: 'nominal' | 'ordinal';
      /**
       * @minItems 2
       * @maxItems 60
       */
      values: {
        value: string;
        ja: string;
        en: string;
        helpJa: string;
        helpEn: string;
      }[];
    }[];
    reviewsPerItem: number;
    settle: 'unanimous' | 'majority';
    licence: string | null;
    sensitive: boolean;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 2;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface AnnotationSetOpened {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.annotation-set.AnnotationSetOpened';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    setId: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface AnnotationSetChanged {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.annotation-set.AnnotationSetChanged';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    setId: string;
    added: number;
    withdrawn: number;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface AnnotationSetFrozen {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.annotation-set.AnnotationSetFrozen';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    setId: string;
    version: number;
    items: number;
    agreement: {
      category: string;
      alpha: number | null;
      items: number;
      reviews: number;
    }[];
    labelsHash: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface AnnotationSetReopened {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.annotation-set.AnnotationSetReopened';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    setId: string;
    reason: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface ItemDrawnUp {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.annotation-item.ItemDrawnUp';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    itemId: string;
    setId: string;
    authorId: string;
    content: {
      text: string;
      reply: string | null;
    };
    reviewsWanted: number;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface ItemClaimed {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.annotation-item.ItemClaimed';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    itemId: string;
    setId: string;
    personId: string;
    expiresAt: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface ItemReturned {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.annotation-item.ItemReturned';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    itemId: string;
    setId: string;
    personId: string;
    reason: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface ItemReviewed {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.annotation-item.ItemReviewed';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    itemId: string;
    setId: string;
    reviewerId: string;
    sealed: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface ReviewsRevealed {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.annotation-item.ReviewsRevealed';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    itemId: string;
    setId: string;
    reviews: {
      reviewerId: string;
      answers: {
        [k: string]: string;
      };
      comment: string;
    }[];
    settled: {
      [k: string]: string;
    };
    disputed: string[];
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface ItemAdjudicated {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.annotation-item.ItemAdjudicated';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    itemId: string;
    setId: string;
    adjudicatorId: string;
    answers: {
      [k: string]: string;
    };
    reason: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface ItemWithdrawn {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.annotation-item.ItemWithdrawn';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    itemId: string;
    setId: string;
    personId: string;
    reason: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobDrafted {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobDrafted';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    kind: 'ingest' | 'filter' | 'refine' | 'dedup' | 'tokenizer' | 'shards' | 'pretrain' | 'evaluate';
    recipe:
      | {
          kind: 'ingest';
          sourceId: string;
          /**
           * @minItems 1
           * @maxItems 20
           */
          parts: {
            location:
              | {
                  kind: 'deb';
                  package: string;
                }
              | {
                  kind: 'npm';
                  package: string;
                  version: string;
                }
              | {
                  kind: 'upload';
                  sha256: string;
                  size: number;
                  fileName: string;
                }
              | {
                  kind: 'url';
                  url: string;
                };
            /**
             * @minItems 1
             * @maxItems 20
             */
            include: string[];
            format:
              'roff' | 'html' | 'markdown' | 'text' | 'code' | 'jsonl' | 'parquet' | 'warc' | 'mediawiki';
            language: 'ja' | 'en' | 'code';
          }[];
          limits: {
            maxBytes: number;
            maxFiles: number;
            maxSeconds: number;
          };
        }
      | {
          kind: 'filter';
          sourceId: string;
          preset: string;
          /**
           * @minItems 1
           */
          rules: {
            filter: string;
            params: {
              [k: string]: number;
            };
            list?: string;
          }[];
        }
      | {
          kind: 'refine';
          runId: string;
          rank: number;
          ranks: number;
          filter?: {
            /**
             * @minItems 1
             * @maxItems 200
             */
            rules: {
              filter: string;
              params: {
                [k: string]: number;
              };
              list?: string;
            }[];
            lists?: {
              [k: string]: {
                sha256: string;
                size: number;
                fileName: string;
              };
            };
            quality?: {
              sha256: string;
              size: number;
              fileName: string;
            };
          };
          decontaminate?: {
            /**
             * @minItems 1
             * @maxItems 50
             */
            sets: {
              sha256: string;
              size: number;
              fileName: string;
            }[];
            words: number;
            characters: number;
          };
        }
      | {
          ngram: number;
          buckets: number;
          rows: number;
          seed: number;
          kind: 'dedup';
          runId: string;
          paragraphs?: {
            runs: {
              count: number;
              frequency: number;
            };
            documents: {
              expected: number;
              percentile: number;
            };
          };
        }
      | (
          | {
              method?: 'plain';
              vocabSize: number;
              maxPieceLength: number;
              characterCoverage: number;
              sampleBytes: number;
              kind: 'tokenizer';
              runId: string;
              heldOut?: {
                share: number;
                seed: number;
              };
            }
          | {
              method: 'partitioned';
              /**
               * @minItems 1
               * @maxItems 3
               */
              partitions: {
                language: 'ja' | 'en' | 'code';
                pieces: number;
                maxPieceLength: number;
                characterCoverage: number;
                stripSpaces: 'all' | 'symbols' | 'none';
              }[];
              head: {
                /**
                 * @minItems 1
                 * @maxItems 1000
                 */
                specials: string[];
                spaceRuns: number;
              };
              headScore: number | null;
              epochs: number;
              sampleBytes: number;
              kind: 'tokenizer';
              runId: string;
              heldOut?: {
                share: number;
                seed: number;
              };
            }
        )
      | {
          sequenceLength: number;
          heldOutShare: number;
          seed: number;
          kind: 'shards';
          runId: string;
        }
      | {
          model:
            | {
                architecture: 'llama';
                hiddenSize: number;
                intermediateSize: number;
                layers: number;
                heads: number;
                keyValueHeads: number;
                ropeTheta: number;
                rmsNormEps: number;
                tieWordEmbeddings: boolean;
                initializerRange?: number;
              }
            | {
                architecture: 'gpt2';
                hiddenSize: number;
                intermediateSize: number;
                layers: number;
                heads: number;
                layerNormEps: number;
                tieWordEmbeddings: boolean;
                initializerRange?: number;
              }
            | {
                architecture: 'gpt_neox';
                hiddenSize: number;
                intermediateSize: number;
                layers: number;
                heads: number;
                rotaryPct: number;
                ropeTheta: number;
                parallelResidual: boolean;
                layerNormEps: number;
                tieWordEmbeddings: boolean;
                initializerRange?: number;
              };
          optimizer: {
            name: 'adamw' | 'muon';
            learningRate: number;
            minLearningRate: number;
            warmupSteps: number;
            beta1: number;
            beta2: number;
            eps: number;
            weightDecay: number;
            clipNorm: number;
            schedule?: {
              kind: 'cosine' | 'linear' | 'wsd';
              decaySteps?: number;
            };
          };
          batchSize: number;
          accumulation?: number;
          zLoss?: number;
          rematerialise?: 'cheap' | 'block';
          sequenceLength: number;
          steps: number;
          seed: number;
          checkpointEvery: number;
          precision: 'float32' | 'bfloat16';
          kind: 'pretrain';
          runId: string;
        }
      | {
          /**
           * @maxItems 16
           */
          prompts: string[];
          sampleTokens: number;
          temperature: number;
          topP: number;
          seed: number;
          kind: 'evaluate';
          runId: string;
        };
    inputs: string[];
    sourceIds: string[];
    runId: string | null;
    needs: {
      threads: number;
      memoryMiB: number;
      diskMiB: number;
    };
    startCheck: boolean;
    endCheck: boolean;
    verification:
      | {
          method: 'hash';
        }
      | {
          method: 're-execution';
        }
      | {
          method: 'tolerance';
          measures: {
            [k: string]: number;
          };
        };
    maxEpochs: number;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 2;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobStartApproved {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobStartApproved';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    supervisorId: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobStartRefused {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobStartRefused';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    supervisorId: string;
    reason: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobQueued {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobQueued';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobLeased {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobLeased';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    epoch: number;
    tokenId: string;
    personId: string;
    node: string;
    expiresAt: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobCheckpointed {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobCheckpointed';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    epoch: number;
    step: number;
    sha256: string;
    size: number;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface LeaseExpired {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.LeaseExpired';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    epoch: number;
    requeued: boolean;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobResultReported {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobResultReported';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    epoch: number;
    personId: string;
    codeCommit: string;
    outputs: {
      kind:
        'documents' | 'filtered-documents' | 'corpus' | 'tokenizer' | 'token-shards' | 'model' | 'evaluation';
      title: string;
      /**
       * @minItems 1
       * @maxItems 1000
       */
      files: {
        path: string;
        sha256: string;
        size: number;
        mediaType: string;
      }[];
      stats: {
        [k: string]: number | string | boolean;
      };
    }[];
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobReplicaWanted {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobReplicaWanted';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    results: number;
    differences: string[];
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobEndCheckWanted {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobEndCheckWanted';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    epoch: number;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobEndApproved {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobEndApproved';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    supervisorId: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobSentBack {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobSentBack';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    supervisorId: string;
    reason: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobCompleted {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobCompleted';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    epoch: number;
    artifactIds: string[];
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobVerified {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobVerified';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    method: 'hash' | 're-execution' | 'tolerance';
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobFailed {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobFailed';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    epoch: number;
    rejection: {
      code: unknown;
      params: {
        [k: string]: string | number;
      };
    };
    requeued: boolean;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobCancelled {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobCancelled';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    personId: string | null;
    reason: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface JobRetried {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.job.JobRetried';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    jobId: string;
    personId: string;
    moreEpochs: number;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface RunRegistered {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.run.RunRegistered';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    runId: string;
    personId: string;
    groupId: string | null;
    card: {
      title: string;
      purpose: string;
      /**
       * @minItems 1
       * @maxItems 100
       */
      sourceIds: string[];
      corpus?: {
        ranks: number;
        filter?: {
          /**
           * @minItems 1
           * @maxItems 200
           */
          rules: {
            filter: string;
            params: {
              [k: string]: number;
            };
            list?: string;
          }[];
          lists?: {
            [k: string]: {
              sha256: string;
              size: number;
              fileName: string;
            };
          };
          quality?: {
            sha256: string;
            size: number;
            fileName: string;
          };
        };
        decontaminate?: {
          /**
           * @minItems 1
           * @maxItems 50
           */
          sets: {
            sha256: string;
            size: number;
            fileName: string;
          }[];
          words: number;
          characters: number;
        };
        paragraphs?: {
          runs: {
            count: number;
            frequency: number;
          };
          documents: {
            expected: number;
            percentile: number;
          };
        };
      };
      dedup: {
        ngram: number;
        buckets: number;
        rows: number;
        seed: number;
      };
      tokenizer:
        | {
            method?: 'plain';
            vocabSize: number;
            maxPieceLength: number;
            characterCoverage: number;
            sampleBytes: number;
          }
        | {
            method: 'partitioned';
            /**
             * @minItems 1
             * @maxItems 3
             */
            partitions: {
              language: 'ja' | 'en' | 'code';
              pieces: number;
              maxPieceLength: number;
              characterCoverage: number;
              stripSpaces: 'all' | 'symbols' | 'none';
            }[];
            head: {
              /**
               * @minItems 1
               * @maxItems 1000
               */
              specials: string[];
              spaceRuns: number;
            };
            headScore: number | null;
            epochs: number;
            sampleBytes: number;
          };
      shards: {
        sequenceLength: number;
        heldOutShare: number;
        seed: number;
      };
      pretrain: {
        model:
          | {
              architecture: 'llama';
              hiddenSize: number;
              intermediateSize: number;
              layers: number;
              heads: number;
              keyValueHeads: number;
              ropeTheta: number;
              rmsNormEps: number;
              tieWordEmbeddings: boolean;
              initializerRange?: number;
            }
          | {
              architecture: 'gpt2';
              hiddenSize: number;
              intermediateSize: number;
              layers: number;
              heads: number;
              layerNormEps: number;
              tieWordEmbeddings: boolean;
              initializerRange?: number;
            }
          | {
              architecture: 'gpt_neox';
              hiddenSize: number;
              intermediateSize: number;
              layers: number;
              heads: number;
              rotaryPct: number;
              ropeTheta: number;
              parallelResidual: boolean;
              layerNormEps: number;
              tieWordEmbeddings: boolean;
              initializerRange?: number;
            };
        optimizer: {
          name: 'adamw' | 'muon';
          learningRate: number;
          minLearningRate: number;
          warmupSteps: number;
          beta1: number;
          beta2: number;
          eps: number;
          weightDecay: number;
          clipNorm: number;
          schedule?: {
            kind: 'cosine' | 'linear' | 'wsd';
            decaySteps?: number;
          };
        };
        batchSize: number;
        accumulation?: number;
        zLoss?: number;
        rematerialise?: 'cheap' | 'block';
        sequenceLength: number;
        steps: number;
        seed: number;
        checkpointEvery: number;
        precision: 'float32' | 'bfloat16';
      };
      evaluate: {
        /**
         * @maxItems 16
         */
        prompts: string[];
        sampleTokens: number;
        temperature: number;
        topP: number;
        seed: number;
      };
      needs: {
        threads: number;
        memoryMiB: number;
        diskMiB: number;
      };
      startCheck: boolean;
    };
    supersedes: string | null;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 2;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface RunStarted {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.run.RunStarted';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    runId: string;
    jobId: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface RunCompleted {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.run.RunCompleted';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    runId: string;
    modelArtifactId: string;
    evaluationArtifactId: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface RunFailed {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.run.RunFailed';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    runId: string;
    jobId: string;
    rejection: {
      code: unknown;
      params: {
        [k: string]: string | number;
      };
    };
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface RunAbandoned {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.run.RunAbandoned';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    runId: string;
    personId: string;
    reason: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface PostMortemWritten {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.run.PostMortemWritten';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    runId: string;
    personId: string;
    summary: string;
    cause: string;
    lessons: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface ArtifactRegistered {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.artifact.ArtifactRegistered';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    artifactId: string;
    manifest: {
      kind:
        'documents' | 'filtered-documents' | 'corpus' | 'tokenizer' | 'token-shards' | 'model' | 'evaluation';
      title: string;
      /**
       * @minItems 1
       * @maxItems 1000
       */
      files: {
        path: string;
        sha256: string;
        size: number;
        mediaType: string;
      }[];
      stats: {
        [k: string]: number | string | boolean;
      };
      inputs: string[];
      sourceIds: string[];
      jobId: string;
      runId: string | null;
      recipe:
        | {
            kind: 'ingest';
            sourceId: string;
            /**
             * @minItems 1
             * @maxItems 20
             */
            parts: {
              location:
                | {
                    kind: 'deb';
                    package: string;
                  }
                | {
                    kind: 'npm';
                    package: string;
                    version: string;
                  }
                | {
                    kind: 'upload';
                    sha256: string;
                    size: number;
                    fileName: string;
                  }
                | {
                    kind: 'url';
                    url: string;
                  };
              /**
               * @minItems 1
               * @maxItems 20
               */
              include: string[];
              format:
                'roff' | 'html' | 'markdown' | 'text' | 'code' | 'jsonl' | 'parquet' | 'warc' | 'mediawiki';
              language: 'ja' | 'en' | 'code';
            }[];
            limits: {
              maxBytes: number;
              maxFiles: number;
              maxSeconds: number;
            };
          }
        | {
            kind: 'filter';
            sourceId: string;
            preset: string;
            /**
             * @minItems 1
             */
            rules: {
              filter: string;
              params: {
                [k: string]: number;
              };
              list?: string;
            }[];
          }
        | {
            kind: 'refine';
            runId: string;
            rank: number;
            ranks: number;
            filter?: {
              /**
               * @minItems 1
               * @maxItems 200
               */
              rules: {
                filter: string;
                params: {
                  [k: string]: number;
                };
                list?: string;
              }[];
              lists?: {
                [k: string]: {
                  sha256: string;
                  size: number;
                  fileName: string;
                };
              };
              quality?: {
                sha256: string;
                size: number;
                fileName: string;
              };
            };
            decontaminate?: {
              /**
               * @minItems 1
               * @maxItems 50
               */
              sets: {
                sha256: string;
                size: number;
                fileName: string;
              }[];
              words: number;
              characters: number;
            };
          }
        | {
            ngram: number;
            buckets: number;
            rows: number;
            seed: number;
            kind: 'dedup';
            runId: string;
            paragraphs?: {
              runs: {
                count: number;
                frequency: number;
              };
              documents: {
                expected: number;
                percentile: number;
              };
            };
          }
        | (
            | {
                method?: 'plain';
                vocabSize: number;
                maxPieceLength: number;
                characterCoverage: number;
                sampleBytes: number;
                kind: 'tokenizer';
                runId: string;
                heldOut?: {
                  share: number;
                  seed: number;
                };
              }
            | {
                method: 'partitioned';
                /**
                 * @minItems 1
                 * @maxItems 3
                 */
                partitions: {
                  language: 'ja' | 'en' | 'code';
                  pieces: number;
                  maxPieceLength: number;
                  characterCoverage: number;
                  stripSpaces: 'all' | 'symbols' | 'none';
                }[];
                head: {
                  /**
                   * @minItems 1
                   * @maxItems 1000
                   */
                  specials: string[];
                  spaceRuns: number;
                };
                headScore: number | null;
                epochs: number;
                sampleBytes: number;
                kind: 'tokenizer';
                runId: string;
                heldOut?: {
                  share: number;
                  seed: number;
                };
              }
          )
        | {
            sequenceLength: number;
            heldOutShare: number;
            seed: number;
            kind: 'shards';
            runId: string;
          }
        | {
            model:
              | {
                  architecture: 'llama';
                  hiddenSize: number;
                  intermediateSize: number;
                  layers: number;
                  heads: number;
                  keyValueHeads: number;
                  ropeTheta: number;
                  rmsNormEps: number;
                  tieWordEmbeddings: boolean;
                  initializerRange?: number;
                }
              | {
                  architecture: 'gpt2';
                  hiddenSize: number;
                  intermediateSize: number;
                  layers: number;
                  heads: number;
                  layerNormEps: number;
                  tieWordEmbeddings: boolean;
                  initializerRange?: number;
                }
              | {
                  architecture: 'gpt_neox';
                  hiddenSize: number;
                  intermediateSize: number;
                  layers: number;
                  heads: number;
                  rotaryPct: number;
                  ropeTheta: number;
                  parallelResidual: boolean;
                  layerNormEps: number;
                  tieWordEmbeddings: boolean;
                  initializerRange?: number;
                };
            optimizer: {
              name: 'adamw' | 'muon';
              learningRate: number;
              minLearningRate: number;
              warmupSteps: number;
              beta1: number;
              beta2: number;
              eps: number;
              weightDecay: number;
              clipNorm: number;
              schedule?: {
                kind: 'cosine' | 'linear' | 'wsd';
                decaySteps?: number;
              };
            };
            batchSize: number;
            accumulation?: number;
            zLoss?: number;
            rematerialise?: 'cheap' | 'block';
            sequenceLength: number;
            steps: number;
            seed: number;
            checkpointEvery: number;
            precision: 'float32' | 'bfloat16';
            kind: 'pretrain';
            runId: string;
          }
        | {
            /**
             * @maxItems 16
             */
            prompts: string[];
            sampleTokens: number;
            temperature: number;
            topP: number;
            seed: number;
            kind: 'evaluate';
            runId: string;
          };
      codeCommit: string;
      licence: {
        expressions: string[];
        rights: {
          train: boolean;
          search: boolean;
          redistribute: boolean;
        };
        obligations: {
          rule: string;
          licence: string;
        }[];
        refusals: {
          rule: string;
          licence: string;
        }[];
      };
    };
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface ReleaseDrafted {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.release.ReleaseDrafted';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    releaseId: string;
    groupId: string | null;
    authorId: string;
    artifactId: string;
    slug: string;
    version: string;
    notesJa: string;
    notesEn: string;
    approvalsNeeded: number;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface SafetyAssessed {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.release.SafetyAssessed';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    releaseId: string;
    assessorId: string;
    evidence:
      | {
          kind: 'artifact';
          artifactId: string;
        }
      | {
          kind: 'annotation-set';
          setId: string;
          version: number;
        };
    verdict: 'acceptable' | 'unacceptable';
    statement: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface ReleaseChecked {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.release.ReleaseChecked';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    releaseId: string;
    checks: {
      check: 'licence' | 'safety' | 'card';
      reason: {
        code: unknown;
        params: {
          [k: string]: string | number;
        };
      } | null;
    }[];
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface ReleaseApproved {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.release.ReleaseApproved';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    releaseId: string;
    approverId: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface ReleasePublished {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.release.ReleasePublished';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    releaseId: string;
    personId: string;
    creditedPeople: number;
    creditsHash: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface ReleaseWithdrawn {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.release.ReleaseWithdrawn';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    releaseId: string;
    personId: string;
    reason: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface CreditGranted {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.credit.CreditGranted';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    creditId: string;
    personId: string;
    groupId: string | null;
    rule:
      | 'source-accepted'
      | 'source-reviewed'
      | 'item-written'
      | 'item-reviewed'
      | 'item-adjudicated'
      | 'job-done'
      | 'run-completed'
      | 'safety-assessed'
      | 'statement';
    evidence: {
      streamType:
        | 'person'
        | 'group'
        | 'source'
        | 'annotation-set'
        | 'annotation-item'
        | 'job'
        | 'run'
        | 'artifact'
        | 'release'
        | 'credit'
        | 'webhook'
        | 'subscription';
      streamId: string;
      position: number | null;
    } | null;
    statement: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface CreditReversed {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.credit.CreditReversed';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    creditId: string;
    personId: string | null;
    reason: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface WebhookRegistered {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.webhook.WebhookRegistered';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    webhookId: string;
    personId: string;
    groupId: string | null;
    url: string;
    /**
     * @minItems 1
     * @maxItems 50
     */
    topics: string[];
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface WebhookSecretRotated {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.webhook.WebhookSecretRotated';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    webhookId: string;
    oldUntil: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface WebhookPaused {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.webhook.WebhookPaused';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    webhookId: string;
    failures: number;
    lastStatus: number | null;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface WebhookResumed {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.webhook.WebhookResumed';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    webhookId: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface WebhookDeleted {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.webhook.WebhookDeleted';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    webhookId: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface SubscriptionOpened {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.subscription.SubscriptionOpened';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    subscriptionId: string;
    personId: string;
    groupId: string | null;
    label: string;
    /**
     * @minItems 1
     * @maxItems 50
     */
    topics: string[];
    afterPosition: number;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface SubscriptionCredentialIssued {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.subscription.SubscriptionCredentialIssued';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    subscriptionId: string;
    secretHash: string;
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
export interface SubscriptionClosed {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  type: 'tsudoi.subscription.SubscriptionClosed';
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: {
    subscriptionId: string;
    reason: 'owner' | 'left-group' | 'left-hub' | 'operator';
  };
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
  schemaversion: 1;
  /**
   * Link of the hash chain over the log.
   */
  hash: string;
  /**
   * Slug of the working group it belongs to.
   */
  group?: string;
  /**
   * W3C trace context of the command that caused it.
   */
  traceparent?: string;
}
