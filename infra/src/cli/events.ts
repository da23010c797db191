import type { CloudEvent } from '@tsudoi/schema';
import { type HubAddress, readPage, tailEvents } from '../events/read-events.ts';
import { UsageError } from '../say.ts';
import type { CliCommand, CommandContext } from './command.ts';

export const events: CliCommand = {
  name: 'events',
  about: 'what happens in a hub: tail it from any position, or show one event',
  positionals: ['tail|show', 'POSITION?'],
  options: {
    since: {
      type: 'string',
      value: 'POSITION',
      about: 'tail: the first event after this position (default 0)',
    },
    follow: { type: 'boolean', about: 'tail: stay and show what comes; survives a restart of the hub' },
    group: { type: 'string', value: 'SLUG', about: 'tail: only the events of one working group' },
    topics: { type: 'string', value: 'A,B', about: 'tail: only source, job.JobQueued, ...' },
    url: {
      type: 'string',
      value: 'URL',
      about: 'another hub (its token: TSUDOI_TOKEN); default: the one that runs here',
    },
  },
  async run(context) {
    const { positionals } = context;
    const [action, position] = positionals;
    if (action === 'show' && position !== undefined) return show(context, positionOf('POSITION', position));
    if (action === 'tail' && positionals.length === 1) return tail(context);
    throw new UsageError(
      'usage: ./tsudoi events tail [--since POSITION] [--group SLUG] [--follow] | events show POSITION',
    );
  },
};

async function show(context: CommandContext, position: number): Promise<number> {
  if (position < 1) throw new UsageError('positions begin at 1');
  const { events, head } = await readPage(hubOf(context), { after: position - 1, limit: 1 });
  const [event] = events;
  if (!event) throw new Error(`there is no event ${position}; the log ends at ${head}`);
  context.result(event, JSON.stringify(event, null, 2));
  return 0;
}

async function tail(context: CommandContext): Promise<number> {
  const { values, say } = context;
  const query = {
    after: positionOf('--since', String(values.since ?? 0)),
    group: values.group as string | undefined,
    topics: values.topics as string | undefined,
  };
  const hub = hubOf(context);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const print = (event: CloudEvent) => {
    const line = values.json ? JSON.stringify(event) : describe(event);
    if (!process.stdout.write(`${line}\n`))
      return new Promise<void>((done) => process.stdout.once('drain', done));
  };
  const onBreak = (why: string) => say.line(`the hub does not answer (${why}); trying again`);
  await tailEvents(hub, query, { print, onBreak, follow: values.follow === true, signal: stop.signal });
  return 0;
}

function hubOf({ values, instance }: CommandContext): HubAddress {
  const token = process.env.TSUDOI_TOKEN;
  if (values.url !== undefined) {
    if (!URL.canParse(String(values.url))) throw new UsageError(`--url is no address: ${values.url}`);
    return { url: String(values.url), token };
  }
  const running = instance.state();
  if (!running)
    throw new Error('no hub is running here: start one with "./tsudoi up", or name one with --url');
  return { url: running.url, token };
}

function positionOf(name: string, text: string): number {
  const position = Number(text);
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`${name} must be a position in the log, not "${text}"`);
  return position;
}

function describe({ position, time, type, subject, group }: CloudEvent): string {
  return `${String(position).padStart(7)}  ${time}  ${(group ?? '-').padEnd(10)} ${type.replace('tsudoi.', '').padEnd(34)} ${subject}`;
}
