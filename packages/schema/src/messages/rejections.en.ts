/** What is wrong, where, and what to do. `{name}` is filled from the rejection's parameters. */
export const en = {
  'input.invalid': 'The field "{field}" is not valid: {problem}. Correct it and send again.',
  'auth.sign-in-needed': 'Sign in first; this needs a known person or node.',
  'auth.token-unknown':
    'This token is not known. Copy it again from the page where it was issued, or issue a new one.',
  'auth.token-revoked': 'This token was revoked on {at}. Issue a new one.',
  'auth.foreign-origin':
    'A page of another origin may not change anything here. Use a token instead of a cookie.',
  'auth.not-permitted':
    'You may not do this: it needs the permission "{permission}". Ask a lead of your working group.',
  'command.id-reused':
    'Command id {commandId} was already used for a different command. Send this one with a new id.',
  'stream.conflict':
    'Somebody else changed {stream} at the same time (version {actual}, expected {expected}). Reload and try again.',
  'stream.exists': '{stream} exists already. Use another id.',
  'stream.missing': '{stream} does not exist. Check the id.',
  'person.unknown': 'There is no person {personId}.',
  'person.joined-already': 'This person has joined already.',
  'person.openness-not-agreed':
    'To join, agree to openness: data, models, discussions and failures are public here.',
  'group.unknown': 'There is no working group {groupId}.',
  'group.slug-taken': 'A working group with the short name "{slug}" exists already. Choose another.',
  'role.held-already': 'The role "{role}" is held already.',
  'role.not-held': 'The role "{role}" is not held.',
  'token.unknown': 'There is no token {tokenId} of yours.',
  'licence.unknown':
    '"{expression}" is not an SPDX licence expression. Use identifiers of the SPDX list such as {suggestion}.',
  'licence.refused':
    'The licence {licence} is refused by rule "{rule}". Propose material whose licence allows this use.',
  'licence.rights-exceed':
    'The licence {licence} does not allow "{right}" (rule "{rule}"). Take that right out of the proposal.',
  'source.title-taken':
    'A source called "{title}" was proposed already ({sourceId}). Join that proposal or choose another title.',
  'source.unknown': 'There is no source {sourceId}.',
  'source.own-proposal': 'You proposed this source yourself; two other people must review it.',
  'source.reviewed-already': 'You have reviewed this source already.',
  'source.not-under-review': 'This source is {state}; only a source under review can be reviewed.',
  'source.not-accepted': 'This source is {state}; only an accepted source can be ingested.',
  'source.not-withdrawable': 'This source is {state} and cannot be withdrawn.',
  'source.unreachable':
    'Cannot fetch {location}: {problem}. Check the name and the version, then propose again.',
  'source.oversized':
    '{location} is larger than allowed ({limitMiB} MiB). Propose a part of it, or ask for a higher limit.',
  'source.not-utf8': '{file} is not UTF-8 (first bad byte at offset {offset}). Convert it and propose again.',
  'source.unreadable': 'A file cannot be read: {problem}. Mend it and propose again.',
  'source.nothing-matched': 'No file of {location} matches {include}. Check the pattern.',
  'corpus.empty':
    'No document is left after {stage}. Look at the filter trace, then change the filter or the sources.',
  'upload.too-large': 'The upload is {size} bytes; the limit is {limit}. Split the file.',
  'upload.hash-differs': 'The upload of {file} does not match its SHA-256. Send it again.',
  'upload.type-refused':
    'Files of type {mediaType} are not accepted. Use plain text, JSONL or gzip of these.',
  'upload.grant-invalid': 'This upload or download address is not valid or has expired. Ask for a new one.',
  'object.missing': 'The object {sha256} is not in the store. Upload it before naming it.',
  'artifact.unknown': 'There is no artifact {artifactId}.',
  'artifact.not-downloadable':
    'The licence verdict does not allow downloading this artifact (rule "{rule}").',
  'recipe.invalid': 'The recipe is not valid at "{field}": {problem}.',
  'recipe.unknown-filter': 'There is no filter called "{filter}". Known filters: {known}.',
  'recipe.word-list-unreadable':
    'The word list {list} ({file}) is not a text in UTF-8 with one word a line, or holds no word.',
  'recipe.quality-empty': 'The file {file} for the quality model holds no text. Give good texts, one a line.',
  'recipe.test-set-invalid':
    'Line {line} of the test set {file} cannot be used ({problem}). Each line is JSON: {set, id, language, query, label}.',
  'recipe.language-missing':
    'The tokenizer has a partition for {language}, but the corpus holds no training document in it.',
  'recipe.vocabulary-too-large':
    'The text gives at most {possible} pieces; the recipe asks for {asked}. Ask for fewer or add text.',
  'run.unknown': 'There is no run {runId}.',
  'run.source-not-accepted': 'Source {sourceId} is not accepted, so no run can use it.',
  'run.rights-missing': 'Source {sourceId} does not allow training.',
  'run.card-lint': 'The card sets {field} to {value}; {advice}.',
  'run.settings-differ':
    'The run differs from its card (card -> run): {all}. Use the settings of the card, or register a new run.',
  'run.not-open': 'This run is {state}; nothing can be added to it.',
  'job.unknown': 'There is no job {jobId}.',
  'job.none-fits': 'No queued job fits this node now.',
  'job.needs-exceed-node': 'The job needs {what} {needs}, this node offers {has}. Use a larger node.',
  'job.not-queued': 'This job is {state}; only a queued job can be claimed.',
  'job.not-awaiting-start': 'This job is {state}; it does not wait for a start check.',
  'job.claims-exceeded': 'This node holds {limit} jobs already. Finish or return one first.',
  'job.leases-exhausted':
    'The job was leased {epochs} times and no node finished it. Look at its leases, then start a new run.',
  'job.output-missing': 'The job "{kind}" must hand in an artifact of kind "{expected}".',
  'lease.stale-epoch':
    'This lease is over: you hold epoch {epoch}, the job is at epoch {current}. Drop the work and claim again.',
  'lease.not-held': 'This node does not hold the job {jobId}.',
  'compiler.missing': 'No C compiler found. Install one ("apt-get install gcc") and start the worker again.',
  'worker.crashed': 'The job stopped in an unexpected way (trace {traceId}).',
  'worker.stopped': 'The node {node} was stopped by its owner and gave the job back.',
  'model.not-ready': 'This artifact is no model that can be run here.',
  'model.server-away': 'No model server answers here. Try again in {seconds} seconds, or tell the operators.',
  'model.unknown-path':
    'There is no {method} {path} here. Models answer chat/completions, completions, models and models/NAME.',
  'generate.prompt-too-long': 'The prompt has {tokens} tokens; this model takes {limit}. Shorten it.',
  'hub.busy': 'The hub is busy and nothing was changed. Send the same again in {seconds} seconds.',
  'rate.limited': 'Too many requests. Try again in {seconds} seconds.',
  'persona.not-local':
    'Local personas work only while the hub listens on this machine alone. Configure OIDC instead.',
  'auth.not-permitted-here':
    'This needs the permission "{permission}" in the working group it belongs to (or for the whole hub). Ask a lead of that group.',
  'auth.token-expired': 'This token expired on {at}. Issue a new one.',
  'token.scope-exceeds':
    'You cannot give a token the scope "{permission}", because you do not hold it. Leave it out.',
  'person.left': 'This person has left the hub.',
  'person.erased': 'The data of this person was erased.',
  'person.not-yourself': 'Only the person themselves, or who manages people, may do this.',
  'openness.unknown': 'There is no text on openness of version "{version}". Agree to the newest one.',
  'group.not-member': 'This person is not a member of the working group. Add them first.',
  'source.not-proposer': 'Only who proposed this source can revise it.',
  'source.not-revisable': 'This source is {state}; it can be revised only when changes were asked for.',
  'source.closed': 'This source is {state}; nothing more can be added to it.',
  'annotation-set.unknown': 'There is no annotation set {setId}.',
  'annotation-item.unknown': 'There is no annotation item {itemId}.',
  'annotation.set-not-open': 'This annotation set is {state}; it is not open for reviews.',
  'annotation.set-frozen': 'This annotation set is frozen. Reopen it to change it; its frozen version stays.',
  'annotation.set-not-frozen': 'This annotation set is {state}; only a frozen one can be reopened.',
  'annotation.licence-forbids':
    'Texts under "{licence}" cannot go into a public log (rule "{rule}"). Use texts whose licence lets them be passed on.',
  'annotation.set-empty': 'This annotation set has no items yet. Add some first.',
  'annotation.items-open':
    '{count} items still wait for reviews or a decision. Finish or withdraw them first.',
  'annotation.own-item': 'You wrote this item yourself; other people must review it.',
  'annotation.reviewed-already': 'You have reviewed this item already.',
  'annotation.not-claimed': 'You do not hold this item any more. Claim the next one.',
  'annotation.item-closed': 'This item is {state}; it takes no more reviews.',
  'annotation.not-disputed': 'This item is {state}; only a disputed item is decided by adjudication.',
  'annotation.not-impartial': 'You wrote or reviewed this item; somebody else must decide it.',
  'annotation.answer-missing': 'The category "{category}" has no answer. Answer every category.',
  'annotation.answer-unknown':
    '"{value}" is no value of the category "{category}". Choose one that is listed.',
  'annotation.not-author': 'Only who wrote this item, or who manages the set, may withdraw it.',
  'run.not-ended-badly':
    'This run is {state}; a post-mortem is written about a run that failed or was abandoned.',
  'run.abandoned': 'The run of this job was abandoned: {reason}',
  'job.not-awaiting-end': 'This job is {state}; it does not wait for an end check.',
  'job.start-refused': 'A supervisor refused the start: {reason}',
  'job.sent-back': 'A supervisor sent the result back: {reason}',
  'job.cancelled': 'The job was cancelled: {reason}',
  'job.over': 'This job is {state}; there is nothing left to cancel.',
  'job.not-retryable': 'This job is {state}; only a job that failed or was cancelled can be tried again.',
  'job.not-reproducible':
    '{results} nodes ran the job and no two agree ({difference}). Look at the recipe for what is not deterministic.',
  'artifact.source-withdrawn':
    'The source {sourceId} behind this artifact was withdrawn, so it is no longer given out.',
  'release.unknown': 'There is no release {releaseId}.',
  'release.name-taken': 'A release "{slug}" {version} exists already. Choose another version.',
  'release.closed': 'This release is {state}; this step is not open any more.',
  'release.not-checked': 'This release is {state}; it must pass its checks first.',
  'release.not-released': 'This release is {state}; its files can be fetched once it is out.',
  'release.check-failed': 'The check "{check}" does not pass: {problem}',
  'release.own-release': 'You drafted this release yourself; other people must approve and assess it.',
  'release.approved-already': 'You have approved this release already.',
  'release.approvals-missing': 'This release has {given} of {needed} approvals.',
  'release.licence-forbids': 'The licence verdict does not allow redistribution (rule "{rule}").',
  'release.safety-missing': 'Nobody has assessed the safety of this model yet.',
  'release.unsafe': 'The last safety assessment calls it unacceptable: {statement}',
  'release.card-missing': 'No run with a registered card produced this artifact.',
  'release.run-not-completed': 'The run behind this artifact is {state}, not completed.',
  'release.evidence-unrelated':
    'This evidence is not about the artifact of the release. Name an evaluation of it, or a frozen annotation set.',
  'credit.unknown': 'There is no credit entry {creditId}.',
  'credit.reversed-already': 'This credit entry was reversed already.',
  'credit.own-statement': 'Nobody states credit for themselves. Ask another lead.',
  'webhook.unknown': 'There is no webhook {webhookId} of yours.',
  'webhook.insecure':
    '{url} is not an https address without user name and password. Deliveries go to such addresses only.',
  'webhook.private-address':
    '{url} is not an address that everybody on the internet reaches. Deliveries go to public addresses only.',
  'webhook.not-paused': 'This webhook is not paused.',
  'webhook.limit': 'You have {limit} webhooks already. Delete one first.',
  'subscription.unknown': 'There is no subscription {subscriptionId} of yours.',
  'subscription.limit': 'You have {limit} open subscriptions already. Close one first.',
  'subscription.ahead': 'The log ends at position {head}; a subscription cannot begin after {position}.',
  'api.unknown': 'There is no {method} {path} here. The reference is at /api/v1/openapi.json.',
  'api.version': 'This hub speaks version 1 of the interface, at /api/v1; {path} is not part of it.',
  'api.method': '{path} does not take {method}; it takes {allowed}.',
  'api.not-json': 'The body is not a JSON object. Send one, as application/json.',
  'batch.too-large': 'One request may hold {limit} calls; this one holds {count}. Split it.',
  'body.too-large':
    'One request may hold {limit} bytes. Send less, or upload files where the hub names an address.',
  'command.id-missing':
    'A command needs an id of your own, so that a retry is safe: send a UUID as Idempotency-Key.',
  'command.id-differs': 'Idempotency-Key and "commandId" name two different ids. Send one of them.',
} as const;
