import { join } from 'node:path';
import { demoCard } from '../demo/card.ts';
import { play } from '../demo/play.ts';
import { writeReport } from '../demo/report.ts';
import { acceptedProposals, refusedProposal } from '../demo/sources.ts';
import { checkoutRoot } from '../paths.ts';
import { startHub } from '../supervisor.ts';
import { type CliCommand, portOption } from './command.ts';
import { defaultPort } from './up.ts';

export const demo: CliCommand = {
  name: 'demo',
  about: 'start the hub and play the main job: from proposals to a trained, evaluated, licensed model',
  positionals: [],
  options: {
    port: { type: 'string', value: 'N', about: `port of the portal (default ${defaultPort})` },
    exit: { type: 'boolean', about: 'stop everything at the end' },
    report: { type: 'string', value: 'DIR', about: 'folder of the report (default report/)' },
  },
  async run({ values, instance, say, result }) {
    const started = performance.now();
    const hub = await startHub({
      instance,
      say,
      port: portOption(values, defaultPort),
      workers: 1,
      leaseSeconds: 30,
    });
    const played = await Promise.race([
      play(hub.url, { accepted: acceptedProposals, refused: refusedProposal, card: demoCard }, say),
      hub.stopped.then(() => null),
    ]).catch(async (error) => {
      await hub.stop();
      throw error;
    });
    if (!played) return 1;
    const report = await writeReport(played, {
      url: hub.url,
      folder: (values.report as string | undefined) ?? join(checkoutRoot, 'report'),
      seconds: (performance.now() - started) / 1000,
    });
    result(report.summary, `${report.text}\n`);
    if (values.exit) await hub.stop();
    else {
      say.line(`The portal stays at ${hub.url} (Ctrl-C stops it)`);
      await hub.stopped;
    }
    return report.summary.belowBaselines ? 0 : 1;
  },
};
