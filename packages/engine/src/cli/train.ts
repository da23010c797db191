import { main } from './train/main.ts';

process.exitCode = await main(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  rewrites: process.stderr.isTTY,
  onInterrupt: (stop) => void process.once('SIGINT', stop),
});
