// The launches and kernel texts of six reference programs, pinned: a change of the compiler that reaches the machine is
// seen in review. After a wanted change: `npx vitest run --project unit reference-programs -u`.

import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { cTarget } from '../kernels/c-target.ts';
import { referencePrograms } from '../testing/reference-programs.ts';
import { compileProgram } from './program.ts';

const target = cTarget;
const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

it.each(Object.keys(referencePrograms))('%s compiles to the launches and kernels on record', (name) => {
  const { launches, kernels, plan } = compileProgram(referencePrograms[name](), target);
  expect({
    launches: launches.map((l) => `${l.symbol} x ${l.tasks}`).join(', '),
    kernels: hash([...kernels.values()].join('\n')),
    arena: plan.size,
  }).toMatchSnapshot();
});
