// The decoding form of every family, one token at a time over a cache, has the logits of the whole sequence.

import { describe, expect, it } from 'vitest';
import { openCpu } from '../runtime/cpu.ts';
import { traceDecodingStep } from '../serve/generator.ts';
import { expectClose } from '../testing/close.ts';
import { readGolden } from '../testing/golden.ts';

describe.each(['gpt2-tanh', 'neox-parallel', 'neox-sequential', 'llama-rope3', 'llama-linear'] as const)(
  '%s',
  (name) => {
    it('decodes what transformers computes for the whole sequence', () => {
      const golden = readGolden(name);
      const device = openCpu({ threads: 1 });
      const program = device.compile(traceDecodingStep(golden.config));
      for (const [key, { data }] of golden.parameters) program.write(key, data);
      const { vocabSize } = golden.config;
      const length = golden.tokens.shape[2] - 1;
      expect(length).toBeGreaterThan(10);
      for (let t = 0; t < length; t++) {
        program.write('token', golden.tokens.data.slice(t, t + 1));
        program.write('position', Int32Array.of(t));
        program.run();
        const want = golden.logits.data.subarray(t * vocabSize, (t + 1) * vocabSize);
        expectClose(program.read('logits'), want, { rtol: 1e-4, atol: 2e-5, what: `position ${t}` });
      }
      device.dispose();
    });
  },
);
