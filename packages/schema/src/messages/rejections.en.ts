/** What is wrong, where, and what to do. `{name}` is filled from the rejection's parameters. */
export const en = {
  'input.invalid': 'The field "{field}" is not valid: {problem}. Correct it and send again.',
  'auth.sign-in-needed': 'Sign in first; this needs a known person or node.',
  'auth.token-unknown':
    'This token is not known. Copy it again from the page where it was issued, or issue a new one.',
  'auth.token-revoked': 'This token was revoked on {at}. Issue a new one.',
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
  'recipe.vocabulary-too-large':
    'The text gives at most {possible} pieces; the recipe asks for {asked}. Ask for fewer or add text.',
  'run.unknown': 'There is no run {runId}.',
  'run.source-not-accepted': 'Source {sourceId} is not accepted, so no run can use it.',
  'run.rights-missing': 'Source {sourceId} does not allow training.',
  'run.card-lint': 'The card sets {field} to {value}; {advice}.',
  'run.settings-differ':
    'The run differs from its card: {field} is {actual}, the card says {card}. Use the card, or register a new run.',
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
  'generate.prompt-too-long': 'The prompt has {tokens} tokens; this model takes {limit}. Shorten it.',
  'hub.busy': 'The hub is busy and nothing was changed. Send the same again in {seconds} seconds.',
  'rate.limited': 'Too many requests. Try again in {seconds} seconds.',
  'persona.not-local':
    'Local personas work only while the hub listens on this machine alone. Configure OIDC instead.',
} as const;
