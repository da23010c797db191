import type { Say } from '../say.ts';
import { buildMinio, findMinio } from '../servers/minio.ts';
import { type Outcome, oneCheck, type Step, vitest } from './step.ts';

export function checkSteps(): Step[] {
  return [
    { area: 'check', name: 'lint and format (Biome)', run: () => oneCheck('biome', ['ci', '.']) },
    { area: 'check', name: 'types', run: () => oneCheck('npm', ['run', '-s', 'types']) },
    {
      area: 'check',
      name: 'boundaries between packages',
      run: () => oneCheck('npm', ['run', '-s', 'boundaries']),
    },
    {
      area: 'check',
      name: 'generated documents are current',
      run: () => oneCheck('npm', ['run', '-s', 'generate', '--', '--check']),
    },
    { area: 'unit', name: 'unit tests', run: (say) => vitest('unit', say) },
    { area: 'int', name: 'a MinIO to test the S3 adapter against', run: provideMinio },
    {
      area: 'int',
      name: 'integration tests on real PostgreSQL, NATS and S3',
      run: (say) => vitest('int', say),
    },
  ];
}

/** The tests of one part alone, for `--only PART`; the whole suite runs them as parts of the steps above. */
export function partSteps(): Step[] {
  const parts = {
    schema: 'packages/schema',
    hub: 'packages/hub',
    engine: 'packages/engine',
    workers: 'apps/workers',
    web: 'apps/web',
    infra: 'infra',
  };
  return Object.entries(parts).flatMap(([area, folder]) => [
    { area, name: `${folder}: unit tests`, run: (say) => vitest('unit', say, { folder }) },
    { area, name: `${folder}: integration tests`, run: (say) => vitest('int', say, { folder }) },
  ]);
}

/** Never a failure by itself: without a Go toolchain the S3 half says in the test output that it did not run. */
async function provideMinio(say: Say): Promise<Outcome> {
  if (findMinio()) return { passed: 0, failed: 0 };
  const built = buildMinio();
  if ('absent' in built) say.line(`   ${built.absent}; the S3 half of the contract does not run here`);
  return { passed: 0, failed: 0 };
}
