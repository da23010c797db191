import { writeSync } from 'node:fs';
import { execute, openHub, surviveLostConnections } from '@tsudoi/hub';
import { Rejection } from '@tsudoi/schema';
import { randomCommands } from './random-commands.ts';

/**
 * One client of the model test, a process of its own so that it can be killed at any moment. It says on stdout what it
 * is about to send and what was answered, each line written before it goes on. Arguments: seed, writer, first command.
 */
const [seed, writer, first] = process.argv.slice(2).map(Number);
const inFlight = 4;
const hub = openHub({
  databaseUrl: process.env.DATABASE_URL!,
  personalKey: process.env.PERSONAL_DATA_KEY!,
  leaseSeconds: 90,
  poolSize: 4,
});
surviveLostConnections(() => {}); // as the hub's own processes do
const say = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`);

const commands = randomCommands(seed, writer);
for (let n = 0; n < first; n++) commands.next();
let next = first;

async function client(): Promise<void> {
  for (;;) {
    const n = next++;
    const { command, commandId } = commands.next().value!;
    say({ sending: n });
    try {
      const { position } = await execute(hub, command, {
        actor: { kind: 'system', name: `writer-${writer}` },
        commandId,
      });
      say({ acknowledged: n, position });
    } catch (error) {
      // A refusal is an answer. Anything else leaves open whether the command happened; its receipt will tell.
      if (error instanceof Rejection && error.code !== 'hub.busy') say({ refused: n, code: error.code });
      else {
        say({ open: n, error: error instanceof Error ? error.message : String(error) });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}
await Promise.all(Array.from({ length: inFlight }, client));
