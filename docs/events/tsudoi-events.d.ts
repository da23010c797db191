/** Events of a Tsudoi hub as CloudEvents. Generated from the schema by `npm run generate`. */

export type TsudoiEvent =
  | PersonJoined
  | OpennessAgreed
  | ProfileChanged
  | CreditNameChosen
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
export type PersonJoined = CloudEvent & {
  type: 'tsudoi.person.PersonJoined';
  schemaversion: 2;
  data: {
    personId: string;
    openness: string;
    sealed: string | null;
  };
};
export type OpennessAgreed = CloudEvent & {
  type: 'tsudoi.person.OpennessAgreed';
  schemaversion: 1;
  data: {
    personId: string;
    openness: string;
  };
};
export type ProfileChanged = CloudEvent & {
  type: 'tsudoi.person.ProfileChanged';
  schemaversion: 1;
  data: {
    personId: string;
    sealed: string;
  };
};
export type CreditNameChosen = CloudEvent & {
  type: 'tsudoi.person.CreditNameChosen';
  schemaversion: 1;
  data: {
    personId: string;
    named: boolean;
  };
};
export type RoleGranted = CloudEvent & {
  type: 'tsudoi.person.RoleGranted';
  schemaversion: 1;
  data: {
    personId: string;
    role: 'contributor' | 'reviewer' | 'lead' | 'supervisor' | 'admin';
    groupId: string | null;
  };
};
export type RoleRevoked = CloudEvent & {
  type: 'tsudoi.person.RoleRevoked';
  schemaversion: 1;
  data: {
    personId: string;
    role: 'contributor' | 'reviewer' | 'lead' | 'supervisor' | 'admin';
    groupId: string | null;
  };
};
export type TokenIssued = CloudEvent & {
  type: 'tsudoi.person.TokenIssued';
  schemaversion: 2;
  /**
   * The content is its owner's own business.
   */
  data: null;
};
export type TokenRevoked = CloudEvent & {
  type: 'tsudoi.person.TokenRevoked';
  schemaversion: 1;
  /**
   * The content is its owner's own business.
   */
  data: null;
};
export type PersonLeft = CloudEvent & {
  type: 'tsudoi.person.PersonLeft';
  schemaversion: 1;
  data: {
    personId: string;
  };
};
export type PersonErased = CloudEvent & {
  type: 'tsudoi.person.PersonErased';
  schemaversion: 1;
  data: {
    personId: string;
  };
};
export type GroupCreated = CloudEvent & {
  type: 'tsudoi.group.GroupCreated';
  schemaversion: 1;
  data: {
    groupId: string;
    slug: string;
    nameJa: string;
    nameEn: string;
  };
};
export type MemberAdded = CloudEvent & {
  type: 'tsudoi.group.MemberAdded';
  schemaversion: 1;
  data: {
    groupId: string;
    personId: string;
  };
};
export type MemberRemoved = CloudEvent & {
  type: 'tsudoi.group.MemberRemoved';
  schemaversion: 1;
  data: {
    groupId: string;
    personId: string;
  };
};
export type SourceProposed = CloudEvent & {
  type: 'tsudoi.source.SourceProposed';
  schemaversion: 1;
  data: {
    sourceId: string;
    proposerId: string;
    groupId: string | null;
    titleJa: string;
    titleEn: string;
    description: string;
    licence: string;
    evidenceUrl: string;
    rights: UseRights;
    parts: SourcePart[];
    verdict: LicenceVerdict;
    quorum: number;
  };
};
export type SourceReviewed = CloudEvent & {
  type: 'tsudoi.source.SourceReviewed';
  schemaversion: 1;
  data: {
    sourceId: string;
    reviewerId: string;
    verdict: 'accept' | 'reject' | 'changes';
    comment: string;
  };
};
export type SourceRevised = CloudEvent & {
  type: 'tsudoi.source.SourceRevised';
  schemaversion: 1;
  data: {
    sourceId: string;
    titleJa: string;
    titleEn: string;
    description: string;
    licence: string;
    evidenceUrl: string;
    rights: UseRights;
    parts: SourcePart[];
    verdict: LicenceVerdict;
    quorum: number;
  };
};
export type LicenceEvidenceAdded = CloudEvent & {
  type: 'tsudoi.source.LicenceEvidenceAdded';
  schemaversion: 1;
  data: {
    sourceId: string;
    personId: string;
    url: string;
    note: string;
    sha256: string | null;
  };
};
export type SourceAccepted = CloudEvent & {
  type: 'tsudoi.source.SourceAccepted';
  schemaversion: 1;
  data: {
    sourceId: string;
    reviewerIds: string[];
  };
};
export type SourceRejected = CloudEvent & {
  type: 'tsudoi.source.SourceRejected';
  schemaversion: 1;
  data: {
    sourceId: string;
    rule: LicenceReason | null;
    reviewerIds: string[];
  };
};
export type SourceChangesWanted = CloudEvent & {
  type: 'tsudoi.source.SourceChangesWanted';
  schemaversion: 1;
  data: {
    sourceId: string;
    reviewerId: string;
    comment: string;
  };
};
export type SourceIngested = CloudEvent & {
  type: 'tsudoi.source.SourceIngested';
  schemaversion: 1;
  data: {
    sourceId: string;
    artifactId: string;
    documents: number;
    bytes: number;
  };
};
export type SourceIncluded = CloudEvent & {
  type: 'tsudoi.source.SourceIncluded';
  schemaversion: 1;
  data: {
    sourceId: string;
    artifactId: string;
  };
};
export type SourceWithdrawn = CloudEvent & {
  type: 'tsudoi.source.SourceWithdrawn';
  schemaversion: 2;
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
};
export type AnnotationSetDrawnUp = CloudEvent & {
  type: 'tsudoi.annotation-set.AnnotationSetDrawnUp';
  schemaversion: 2;
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
};
export type AnnotationSetOpened = CloudEvent & {
  type: 'tsudoi.annotation-set.AnnotationSetOpened';
  schemaversion: 1;
  data: {
    setId: string;
  };
};
export type AnnotationSetChanged = CloudEvent & {
  type: 'tsudoi.annotation-set.AnnotationSetChanged';
  schemaversion: 1;
  data: {
    setId: string;
    added: number;
    withdrawn: number;
  };
};
export type AnnotationSetFrozen = CloudEvent & {
  type: 'tsudoi.annotation-set.AnnotationSetFrozen';
  schemaversion: 1;
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
};
export type AnnotationSetReopened = CloudEvent & {
  type: 'tsudoi.annotation-set.AnnotationSetReopened';
  schemaversion: 1;
  data: {
    setId: string;
    reason: string;
  };
};
export type ItemDrawnUp = CloudEvent & {
  type: 'tsudoi.annotation-item.ItemDrawnUp';
  schemaversion: 1;
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
};
export type ItemClaimed = CloudEvent & {
  type: 'tsudoi.annotation-item.ItemClaimed';
  schemaversion: 1;
  data: {
    itemId: string;
    setId: string;
    personId: string;
    expiresAt: string;
  };
};
export type ItemReturned = CloudEvent & {
  type: 'tsudoi.annotation-item.ItemReturned';
  schemaversion: 1;
  data: {
    itemId: string;
    setId: string;
    personId: string;
    reason: string;
  };
};
export type ItemReviewed = CloudEvent & {
  type: 'tsudoi.annotation-item.ItemReviewed';
  schemaversion: 1;
  data: {
    itemId: string;
    setId: string;
    reviewerId: string;
    sealed: string;
  };
};
export type ReviewsRevealed = CloudEvent & {
  type: 'tsudoi.annotation-item.ReviewsRevealed';
  schemaversion: 1;
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
};
export type ItemAdjudicated = CloudEvent & {
  type: 'tsudoi.annotation-item.ItemAdjudicated';
  schemaversion: 1;
  data: {
    itemId: string;
    setId: string;
    adjudicatorId: string;
    answers: {
      [k: string]: string;
    };
    reason: string;
  };
};
export type ItemWithdrawn = CloudEvent & {
  type: 'tsudoi.annotation-item.ItemWithdrawn';
  schemaversion: 1;
  data: {
    itemId: string;
    setId: string;
    personId: string;
    reason: string;
  };
};
export type JobDrafted = CloudEvent & {
  type: 'tsudoi.job.JobDrafted';
  schemaversion: 2;
  data: {
    jobId: string;
    kind: JobKind;
    recipe: Recipe;
    inputs: string[];
    sourceIds: string[];
    runId: string | null;
    needs: Needs;
    startCheck: boolean;
    endCheck: boolean;
    verification: Verification;
    maxEpochs: number;
  };
};
export type JobKind =
  | 'ingest'
  | 'filter'
  | 'refine'
  | 'dedup-sign'
  | 'dedup-group'
  | 'dedup-apply'
  | 'dedup'
  | 'tokenizer'
  | 'shards'
  | 'pretrain'
  | 'evaluate';
export type Recipe =
  | {
      kind: 'ingest';
      sourceId: string;
      /**
       * @minItems 1
       * @maxItems 20
       */
      parts: SourcePart[];
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
      filter?: CascadeSettings;
      decontaminate?: DecontaminationSets;
    }
  | {
      ngram: number;
      buckets: number;
      rows: number;
      seed: number;
      kind: 'dedup-sign';
      runId: string;
      rank: number;
      ranks: number;
    }
  | {
      ngram: number;
      buckets: number;
      rows: number;
      seed: number;
      kind: 'dedup-group';
      runId: string;
      ranks: number;
    }
  | {
      kind: 'dedup-apply';
      runId: string;
      rank: number;
      ranks: number;
    }
  | {
      ngram: number;
      buckets: number;
      rows: number;
      seed: number;
      kind: 'dedup';
      runId: string;
      paragraphs?: RepetitionSettings;
      ranks?: number;
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
          partitions: TokenizerPartition[];
          head: TokenizerHead;
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
      model: ModelSettings;
      optimizer: OptimizerSettings;
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
export type ModelSettings =
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
export type Verification =
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
export type JobStartApproved = CloudEvent & {
  type: 'tsudoi.job.JobStartApproved';
  schemaversion: 1;
  data: {
    jobId: string;
    supervisorId: string;
  };
};
export type JobStartRefused = CloudEvent & {
  type: 'tsudoi.job.JobStartRefused';
  schemaversion: 1;
  data: {
    jobId: string;
    supervisorId: string;
    reason: string;
  };
};
export type JobQueued = CloudEvent & {
  type: 'tsudoi.job.JobQueued';
  schemaversion: 1;
  data: {
    jobId: string;
  };
};
export type JobLeased = CloudEvent & {
  type: 'tsudoi.job.JobLeased';
  schemaversion: 1;
  data: {
    jobId: string;
    epoch: number;
    tokenId: string;
    personId: string;
    node: string;
    expiresAt: string;
  };
};
export type JobCheckpointed = CloudEvent & {
  type: 'tsudoi.job.JobCheckpointed';
  schemaversion: 1;
  data: {
    jobId: string;
    epoch: number;
    step: number;
    sha256: string;
    size: number;
  };
};
export type LeaseExpired = CloudEvent & {
  type: 'tsudoi.job.LeaseExpired';
  schemaversion: 1;
  data: {
    jobId: string;
    epoch: number;
    requeued: boolean;
  };
};
export type JobResultReported = CloudEvent & {
  type: 'tsudoi.job.JobResultReported';
  schemaversion: 1;
  data: {
    jobId: string;
    epoch: number;
    personId: string;
    codeCommit: string;
    outputs: ArtifactDraft[];
  };
};
export type JobReplicaWanted = CloudEvent & {
  type: 'tsudoi.job.JobReplicaWanted';
  schemaversion: 1;
  data: {
    jobId: string;
    results: number;
    differences: string[];
  };
};
export type JobEndCheckWanted = CloudEvent & {
  type: 'tsudoi.job.JobEndCheckWanted';
  schemaversion: 1;
  data: {
    jobId: string;
    epoch: number;
  };
};
export type JobEndApproved = CloudEvent & {
  type: 'tsudoi.job.JobEndApproved';
  schemaversion: 1;
  data: {
    jobId: string;
    supervisorId: string;
  };
};
export type JobSentBack = CloudEvent & {
  type: 'tsudoi.job.JobSentBack';
  schemaversion: 1;
  data: {
    jobId: string;
    supervisorId: string;
    reason: string;
  };
};
export type JobCompleted = CloudEvent & {
  type: 'tsudoi.job.JobCompleted';
  schemaversion: 1;
  data: {
    jobId: string;
    epoch: number;
    artifactIds: string[];
  };
};
export type JobVerified = CloudEvent & {
  type: 'tsudoi.job.JobVerified';
  schemaversion: 1;
  data: {
    jobId: string;
    method: 'hash' | 're-execution' | 'tolerance';
  };
};
export type JobFailed = CloudEvent & {
  type: 'tsudoi.job.JobFailed';
  schemaversion: 1;
  data: {
    jobId: string;
    epoch: number;
    rejection: Rejection;
    requeued: boolean;
  };
};
export type JobCancelled = CloudEvent & {
  type: 'tsudoi.job.JobCancelled';
  schemaversion: 1;
  data: {
    jobId: string;
    personId: string | null;
    reason: string;
  };
};
export type JobRetried = CloudEvent & {
  type: 'tsudoi.job.JobRetried';
  schemaversion: 1;
  data: {
    jobId: string;
    personId: string;
    moreEpochs: number;
  };
};
export type RunRegistered = CloudEvent & {
  type: 'tsudoi.run.RunRegistered';
  schemaversion: 2;
  data: {
    runId: string;
    personId: string;
    groupId: string | null;
    card: RunCard;
    supersedes: string | null;
  };
};
export type RunStarted = CloudEvent & {
  type: 'tsudoi.run.RunStarted';
  schemaversion: 1;
  data: {
    runId: string;
    jobId: string;
  };
};
export type RunCompleted = CloudEvent & {
  type: 'tsudoi.run.RunCompleted';
  schemaversion: 1;
  data: {
    runId: string;
    modelArtifactId: string;
    evaluationArtifactId: string;
  };
};
export type RunFailed = CloudEvent & {
  type: 'tsudoi.run.RunFailed';
  schemaversion: 1;
  data: {
    runId: string;
    jobId: string;
    rejection: Rejection;
  };
};
export type RunAbandoned = CloudEvent & {
  type: 'tsudoi.run.RunAbandoned';
  schemaversion: 1;
  data: {
    runId: string;
    personId: string;
    reason: string;
  };
};
export type PostMortemWritten = CloudEvent & {
  type: 'tsudoi.run.PostMortemWritten';
  schemaversion: 1;
  data: {
    runId: string;
    personId: string;
    summary: string;
    cause: string;
    lessons: string;
  };
};
export type ArtifactRegistered = CloudEvent & {
  type: 'tsudoi.artifact.ArtifactRegistered';
  schemaversion: 1;
  data: {
    artifactId: string;
    manifest: Manifest;
  };
};
export type ReleaseDrafted = CloudEvent & {
  type: 'tsudoi.release.ReleaseDrafted';
  schemaversion: 1;
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
};
export type SafetyAssessed = CloudEvent & {
  type: 'tsudoi.release.SafetyAssessed';
  schemaversion: 1;
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
};
export type ReleaseChecked = CloudEvent & {
  type: 'tsudoi.release.ReleaseChecked';
  schemaversion: 1;
  data: {
    releaseId: string;
    checks: {
      check: 'licence' | 'safety' | 'card';
      reason: Rejection | null;
    }[];
  };
};
export type ReleaseApproved = CloudEvent & {
  type: 'tsudoi.release.ReleaseApproved';
  schemaversion: 1;
  data: {
    releaseId: string;
    approverId: string;
  };
};
export type ReleasePublished = CloudEvent & {
  type: 'tsudoi.release.ReleasePublished';
  schemaversion: 1;
  data: {
    releaseId: string;
    personId: string;
    creditedPeople: number;
    creditsHash: string;
  };
};
export type ReleaseWithdrawn = CloudEvent & {
  type: 'tsudoi.release.ReleaseWithdrawn';
  schemaversion: 1;
  data: {
    releaseId: string;
    personId: string;
    reason: string;
  };
};
export type CreditGranted = CloudEvent & {
  type: 'tsudoi.credit.CreditGranted';
  schemaversion: 1;
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
};
export type CreditReversed = CloudEvent & {
  type: 'tsudoi.credit.CreditReversed';
  schemaversion: 1;
  data: {
    creditId: string;
    personId: string | null;
    reason: string;
  };
};
export type WebhookRegistered = CloudEvent & {
  type: 'tsudoi.webhook.WebhookRegistered';
  schemaversion: 1;
  /**
   * The content is its owner's own business.
   */
  data: null;
};
export type WebhookSecretRotated = CloudEvent & {
  type: 'tsudoi.webhook.WebhookSecretRotated';
  schemaversion: 1;
  /**
   * The content is its owner's own business.
   */
  data: null;
};
export type WebhookPaused = CloudEvent & {
  type: 'tsudoi.webhook.WebhookPaused';
  schemaversion: 1;
  /**
   * The content is its owner's own business.
   */
  data: null;
};
export type WebhookResumed = CloudEvent & {
  type: 'tsudoi.webhook.WebhookResumed';
  schemaversion: 1;
  /**
   * The content is its owner's own business.
   */
  data: null;
};
export type WebhookDeleted = CloudEvent & {
  type: 'tsudoi.webhook.WebhookDeleted';
  schemaversion: 1;
  /**
   * The content is its owner's own business.
   */
  data: null;
};
export type SubscriptionOpened = CloudEvent & {
  type: 'tsudoi.subscription.SubscriptionOpened';
  schemaversion: 1;
  /**
   * The content is its owner's own business.
   */
  data: null;
};
export type SubscriptionCredentialIssued = CloudEvent & {
  type: 'tsudoi.subscription.SubscriptionCredentialIssued';
  schemaversion: 1;
  /**
   * The content is its owner's own business.
   */
  data: null;
};
export type SubscriptionClosed = CloudEvent & {
  type: 'tsudoi.subscription.SubscriptionClosed';
  schemaversion: 1;
  /**
   * The content is its owner's own business.
   */
  data: null;
};

export interface CloudEvent {
  specversion: '1.0';
  id: string;
  /**
   * The hub that recorded the event.
   */
  source: string;
  /**
   * Id of the stream, such as that of the source or job.
   */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  /**
   * Place in the log: without gaps, in commit order. Keep the last one you handled.
   */
  position: number;
  /**
   * Number of the event in its stream, without gaps.
   */
  streamversion: number;
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
export interface UseRights {
  train: boolean;
  search: boolean;
  redistribute: boolean;
}
export interface SourcePart {
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
}
export interface LicenceVerdict {
  expressions: string[];
  rights: UseRights;
  obligations: LicenceReason[];
  refusals: LicenceReason[];
}
export interface LicenceReason {
  rule: string;
  licence: string;
}
export interface CascadeSettings {
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
}
export interface DecontaminationSets {
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
}
export interface RepetitionSettings {
  runs: {
    count: number;
    frequency: number;
  };
  documents: {
    expected: number;
    percentile: number;
  };
}
export interface TokenizerPartition {
  language: 'ja' | 'en' | 'code';
  pieces: number;
  maxPieceLength: number;
  characterCoverage: number;
  stripSpaces: 'all' | 'symbols' | 'none';
}
export interface TokenizerHead {
  /**
   * @minItems 1
   * @maxItems 1000
   */
  specials: string[];
  spaceRuns: number;
}
export interface OptimizerSettings {
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
}
export interface Needs {
  threads: number;
  memoryMiB: number;
  diskMiB: number;
}
export interface ArtifactDraft {
  kind:
    | 'documents'
    | 'filtered-documents'
    | 'signatures'
    | 'duplicates'
    | 'corpus'
    | 'tokenizer'
    | 'token-shards'
    | 'model'
    | 'evaluation';
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
}
export interface Rejection {
  code: unknown;
  params: {
    [k: string]: string | number;
  };
}
export interface RunCard {
  title: string;
  purpose: string;
  /**
   * @minItems 1
   * @maxItems 100
   */
  sourceIds: string[];
  corpus?: {
    ranks: number;
    filter?: CascadeSettings;
    decontaminate?: DecontaminationSets;
    paragraphs?: RepetitionSettings;
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
        partitions: TokenizerPartition[];
        head: TokenizerHead;
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
    model: ModelSettings;
    optimizer: OptimizerSettings;
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
  needs: Needs;
  startCheck: boolean;
  gates?: {
    start: (
      | 'refine'
      | 'dedup-sign'
      | 'dedup-group'
      | 'dedup-apply'
      | 'dedup'
      | 'tokenizer'
      | 'shards'
      | 'pretrain'
      | 'evaluate'
    )[];
    end: (
      | 'refine'
      | 'dedup-sign'
      | 'dedup-group'
      | 'dedup-apply'
      | 'dedup'
      | 'tokenizer'
      | 'shards'
      | 'pretrain'
      | 'evaluate'
    )[];
  };
}
export interface Manifest {
  kind:
    | 'documents'
    | 'filtered-documents'
    | 'signatures'
    | 'duplicates'
    | 'corpus'
    | 'tokenizer'
    | 'token-shards'
    | 'model'
    | 'evaluation';
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
  recipe: Recipe;
  codeCommit: string;
  licence: LicenceVerdict;
}
