// What the compiler is told about the CPU.

import { cDialect } from '../print/dialects/c.ts';
import type { BackendTarget } from '../schedule/emitter.ts';
import { takesEpilogue } from './c/templates/common.ts';
import { cTemplates } from './c-templates.ts';

export const cTarget: BackendTarget = {
  dialect: cDialect,
  templates: cTemplates,
  biasInMatmul: true,
  takesEpilogue,
};
