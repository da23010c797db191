// Promises of `npm run serve` and `npm run convert` as processes: a model folder becomes a GGUF file and comes back, the
// file is served, Ctrl-C ends it, and what is called wrongly is said in one line.

import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { saveModel } from '../io/model-folder.ts';
import { initialParameters, modelOf } from '../models/families.ts';
import type { LlamaConfig } from '../models/llama-config.ts';

const config: LlamaConfig = {
  ...{ vocabSize: 640, hiddenSize: 64, layers: 1, heads: 2, keyValueHeads: 1, intermediateSize: 96 },
  ...{ maxPositions: 64, tieEmbeddings: true, initializerRange: 0.3, bosTokenId: 2, eosTokenId: 2 },
};
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'serve-'));
  const data = initialParameters(config, 3);
  const shaped = modelOf(config).parameters.map(
    ({ name, shape }) => [name, { shape, data: data.get(name)! }] as const,
  );
  await saveModel(folder, config, new Map(shaped));
  const tokenizer = new URL('../../test/golden-tokenizer/tokenizer.golden.json', import.meta.url);
  copyFileSync(tokenizer, join(folder, 'tokenizer.json'));
  writeFileSync(
    join(folder, 'tokenizer_config.json'),
    JSON.stringify({ bos_token: '</s>', eos_token: '</s>' }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  out: string;
  err: string;
}
const start = (command: string, args: readonly string[]) =>
  spawn(process.execPath, [new URL(`${command}.ts`, import.meta.url).pathname, ...args]);

function endOf(child: ChildProcess): Promise<Ended> {
  let [out, err] = ['', ''];
  child.stdout?.on('data', (data) => {
    out += data;
  });
  child.stderr?.on('data', (data) => {
    err += data;
  });
  return new Promise((done) => child.on('close', (code) => done({ code, out, err })));
}
const run = (command: string, ...args: string[]) => endOf(start(command, args));

/** A server that listens, its address, and its lines. */
async function serve(path: string, ...args: string[]) {
  const child = start('serve', [path, '--port', '0', '--threads', '1', '--json', ...args]);
  const ended = endOf(child);
  const lines: string[] = [];
  const first = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      resolve(line);
    });
  });
  const failed = ended.then(({ err }) => Promise.reject(new Error(err)));
  const { listening } = JSON.parse(await Promise.race([first, failed])) as { listening: string };
  return { child, ended, lines, url: listening };
}

const complete = async (url: string, model: string) => {
  const body = { model, prompt: '猫は', max_tokens: 8, temperature: 0 };
  const answer = await fetch(`${url}/completions`, { method: 'POST', body: JSON.stringify(body) });
  return ((await answer.json()) as { choices: { text: string }[] }).choices[0].text;
};

it('a folder, its GGUF file and the folder made of that say the same', async () => {
  const [file, back] = [join(folder, 'm.gguf'), join(folder, 'back')];
  expect(await run('convert', folder, file, '--kind', 'F32')).toMatchObject({ code: 0, err: '' });
  expect(await run('convert', file, back)).toMatchObject({ code: 0, err: '' });
  const weights = (path: string) => readFileSync(join(path, 'model.safetensors'));
  expect(weights(back).equals(weights(folder))).toBe(true);

  const texts: string[] = [];
  for (const path of [folder, file, back]) {
    const server = await serve(path, '--name', 'cat');
    texts.push(await complete(server.url, 'cat'));
    server.child.kill(path === file ? 'SIGTERM' : 'SIGINT');
    expect((await server.ended).code).toBe(0);
  }
  expect(texts[0]).not.toBe('');
  expect(new Set(texts).size).toBe(1);
});

it('goes on after a client that left, a body that was too large and an address that is none', async () => {
  const server = await serve(folder, '--name', 'cat', '--slots', '1');
  const port = Number(new URL(server.url).port);
  await new Promise<void>((left) => {
    const body = JSON.stringify({ model: 'cat', prompt: '猫', max_tokens: 60, stream: true });
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(
        `POST /v1/completions HTTP/1.1\r\nhost: a\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      ),
    );
    socket.once('data', () => {
      socket.destroy();
      left();
    });
  });
  const large = await fetch(`${server.url}/completions`, { method: 'POST', body: ' '.repeat(3 << 20) });
  expect(large.status).toBe(413);
  expect((await fetch(`${server.url}/models/%E0%A4%A`)).status).toBe(404);
  expect(await complete(server.url, 'cat')).not.toBe('');
  server.child.kill('SIGINT');
  expect((await server.ended).code).toBe(0);
});

it.each([
  ['serve', 'nothing', [], 2, /usage: npm run -s serve/],
  ['serve', 'no such path', ['none'], 1, /^ENOENT.*none/],
  ['serve', 'a folder without a model', ['.'], 1, /config\.json/],
  ['serve', 'a file that is no GGUF', ['config.json'], 1, /GGUF/],
  ['serve', 'an unknown format', ['.', '--quantize', 'int3'], 2, /--quantize is one of int8, q4, not "int3"/],
  ['serve', 'a time that no timer counts', ['.', '--timeout', '3000000'], 2, /--timeout is at most 2147483/],
  [
    'serve',
    'more slots than fit',
    ['MODEL', '--slots', '900000000'],
    1,
    /serving needs .* are free; use fewer slots/,
  ],
  ['convert', 'one path', ['MODEL'], 2, /usage: npm run -s convert/],
  [
    'convert',
    'a kind that a folder has not',
    ['MODEL', 'out', '--kind', 'Q4_0'],
    2,
    /--kind is one of F32, F16, BF16/,
  ],
  ['convert', 'a file that is no GGUF', ['config.json', 'x.gguf'], 1, /GGUF/],
] as const)('%s says in one line what is wrong with %s', async (command, _what, args, code, message) => {
  const empty = mkdtempSync(join(tmpdir(), 'empty-'));
  const named = args.map((a) =>
    a === 'MODEL' ? folder : a === '.' ? empty : a === 'config.json' ? join(folder, a) : a,
  );
  const child = spawn(process.execPath, [new URL(`${command}.ts`, import.meta.url).pathname, ...named], {
    cwd: empty,
  });
  const ended = await endOf(child);
  rmSync(empty, { recursive: true, force: true });
  expect(ended.err).toMatch(message);
  expect(ended.code).toBe(code);
  expect(ended.err).not.toContain('    at ');
});
