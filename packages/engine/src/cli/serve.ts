// `npm run serve`: a model behind OpenAI's API on this machine's CPU.

import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { GgufError } from '../io/gguf/format.ts';
import { SafetensorsError } from '../io/safetensors.ts';
import { UnsupportedConfig } from '../models/config.ts';
import { DeviceUnavailable } from '../runtime/device.ts';
import { openBatcher } from '../serve/generator.ts';
import { createApiServer, oneModel, type RequestLine } from '../serve/openai/server.ts';
import { openServedModel } from '../serve/served-model.ts';
import { type Quantization, quantizations } from '../serve/weights.ts';
import { TokenizerError } from '../tokenizer/index.ts';
import { OutOfMemory } from '../train/memory.ts';
import { wordsOf } from './failure.ts';

const usage = `usage: npm run -s serve -- MODEL_DIR|FILE.gguf [--quantize int8|q4] [--port N] [--host H] [--name NAME]
         [--slots N] [--context N] [--threads N] [--timeout SECONDS] [--json]

Serves /v1/models, /v1/completions and /v1/chat/completions as OpenAI's API describes them. Ctrl-C ends it.

  --quantize  keeps matrices in blocks of 8 bits (int8) or 4 bits (q4); a GGUF file's own blocks stay as they are
  --port      default 8080; 0 takes a free one
  --host      default 127.0.0.1: only this machine. There is no password: put a proxy before it for others
  --slots     generations at once, default 4; others wait
  --context   positions of each, default what the model has; less takes less memory
  --json      one JSON object a line on stdout: {"listening"} first, then one per request`;

class UsageError extends Error {}

/** Timers count milliseconds in 31 bits; beyond that they end at once. */
const MOST_SECONDS = Math.floor((2 ** 31 - 1) / 1000);

function options(args: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...{
          quantize: text,
          host: { ...text, default: '127.0.0.1' },
          name: text,
          slots: text,
          context: text,
        },
        ...{ port: { ...text, default: '8080' }, threads: text, timeout: text, json: flag, help: flag },
      },
    });
    const count = (name: 'slots' | 'context' | 'threads' | 'timeout') => {
      const value = values[name] === undefined ? undefined : Number(values[name]);
      if (value === undefined || (Number.isInteger(value) && value > 0)) return value;
      throw new UsageError(`--${name} is a positive integer, not "${values[name]}"`);
    };
    const timeoutSeconds = count('timeout');
    if (timeoutSeconds !== undefined && timeoutSeconds > MOST_SECONDS) {
      throw new UsageError(`--timeout is at most ${MOST_SECONDS} seconds, not "${values.timeout}"`);
    }
    const port = Number(values.port);
    if (!(Number.isInteger(port) && port >= 0 && port < 65536)) {
      throw new UsageError(`--port is a number below 65536, not "${values.port}"`);
    }
    if (values.quantize !== undefined && !quantizations.includes(values.quantize as Quantization)) {
      throw new UsageError(`--quantize is one of ${quantizations.join(', ')}, not "${values.quantize}"`);
    }
    if (!values.help && positionals.length !== 1) throw new UsageError(usage);
    const numbers = {
      ...{ slots: count('slots'), context: count('context'), threads: count('threads') },
      ...{ timeoutSeconds, port },
    };
    return {
      ...values,
      ...numbers,
      quantize: values.quantize as Quantization | undefined,
      path: positionals[0],
    };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}

function describe(line: RequestLine): string {
  const { method, path, status, milliseconds, promptTokens, completionTokens, aborted, error, traceId } =
    line;
  const tokens = promptTokens === undefined ? '' : ` ${promptTokens} + ${completionTokens ?? 0} tokens`;
  return `${method} ${path} ${status} ${milliseconds} ms${tokens}${aborted ? ' (client left)' : ''}${error ? ` ${error} (trace ${traceId})` : ''}`;
}

async function main(args: string[]): Promise<void> {
  const o = options(args);
  if (o.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const say = (value: object, text: string) =>
    o.json ? process.stdout.write(`${JSON.stringify(value)}\n`) : process.stderr.write(`${text}\n`);
  const opened = await openServedModel(o.path);
  const model = o.name === undefined ? opened : { ...opened, name: o.name };
  const { slots, context, threads, quantize } = o;
  const generator = openBatcher(model.source, { slots, context, threads, quantize });
  model.source.close?.();
  const server = createApiServer(oneModel({ model, generator }), {
    timeoutSeconds: o.timeoutSeconds,
    onRequest: (line) => say({ time: new Date().toISOString(), ...line }, describe(line)),
    onError: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(o.port, o.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://${o.host.includes(':') ? `[${o.host}]` : o.host}:${port}/v1`;
  const weights = `${Math.ceil(generator.memory.weights / 2 ** 20)} MiB of weights`;
  say({ listening: url, model: model.name, ...generator.memory }, `${model.name} at ${url}, ${weights}`);
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      server.closeAllConnections();
      server.close(() => generator.dispose());
    });
  }
}

const EXPECTED = [
  UsageError,
  GgufError,
  SafetensorsError,
  UnsupportedConfig,
  DeviceUnavailable,
  TokenizerError,
  OutOfMemory,
];

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${wordsOf(error, EXPECTED)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
