import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { OpenSubscription } from '@tsudoi/hub';
import {
  logStream,
  subscriberDomain,
  subscriptionFilter,
  subscriptionInbox,
  subscriptionUser,
} from '@tsudoi/schema';

/**
 * The users of the account for outsiders, as nats-server reads them. Lists of what is allowed, never of what is not: a
 * subscriber asks its own consumer for more, acknowledges what it got, and listens to its group and its own inbox.
 */
export function natsUsers(subscriptions: readonly OpenSubscription[]): string {
  const users = subscriptions.map(({ subscriptionId, group, topics, secretHash }) => {
    const user = subscriptionUser(subscriptionId);
    const api = `$JS.${subscriberDomain}.API`;
    const publish = [
      `${api}.CONSUMER.MSG.NEXT.${logStream}.${user}`,
      `${api}.CONSUMER.INFO.${logStream}.${user}`,
      `$JS.ACK.${logStream}.${user}.>`,
    ];
    const subscribe = [`${subscriptionInbox(user)}.>`, subscriptionFilter(group, topics)];
    return JSON.stringify({
      user,
      password: secretHash,
      permissions: { publish: { allow: publish }, subscribe: { allow: subscribe } },
    });
  });
  return `# Written by the hub; a change by hand is lost.\nusers = [\n${users.map((user) => `  ${user}\n`).join('')}]\n`;
}

/** Puts the users where the server reads them and has it read them. @returns whether anything changed */
export function putUsers(text: string, { file, pidFile }: { file: string; pidFile: string }): boolean {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return false;
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  chmodSync(`${file}.new`, 0o600);
  renameSync(`${file}.new`, file);
  reload(pidFile);
  return true;
}

/** Whoever is no user any more is disconnected by the server when it reads them. */
export function reload(pidFile: string): void {
  const pid = Number(readFileSync(pidFile, 'utf8'));
  if (!Number.isInteger(pid) || pid <= 1) throw new Error(`${pidFile} holds no process id`);
  process.kill(pid, 'SIGHUP');
}
