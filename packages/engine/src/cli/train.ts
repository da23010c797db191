import { main } from './train/main.ts';

process.exitCode = await main(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  rewrites: process.stderr.isTTY,
  onInterrupt: (stop) => {
    // A second one ends the process at once.
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop);
  },
});
