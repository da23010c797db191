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

/**
 * Keeps the file that the server reads its users from. A reload that failed is tried again at the next call although the
 * file is right by then: a credential that was taken back must not live on because one signal was lost.
 */
export function createUsersFile({ file, pidFile }: { file: string; pidFile: string }) {
  let told: string | null = null;
  return {
    /** @returns whether the server was told anything new */
    put(text: string): boolean {
      if (told === text) return false;
      if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
        writeFileSync(`${file}.new`, text, { mode: 0o600 });
        chmodSync(`${file}.new`, 0o600);
        renameSync(`${file}.new`, file);
      }
      reload(pidFile);
      told = text;
      return true;
    },
  };
}

/** Whoever is no user any more is disconnected by the server when it reads them. */
function reload(pidFile: string): void {
  const pid = Number(readFileSync(pidFile, 'utf8'));
  if (!Number.isInteger(pid) || pid <= 1) throw new Error(`${pidFile} holds no process id`);
  process.kill(pid, 'SIGHUP');
}
