import { oneCheck, type Step, vitest } from './step.ts';

export function checkSteps(): Step[] {
  return [
    { area: 'check', name: 'lint and format (Biome)', run: () => oneCheck('biome', ['ci', '.']) },
    { area: 'check', name: 'types', run: () => oneCheck('npm', ['run', '-s', 'types']) },
    {
      area: 'check',
      name: 'boundaries between packages',
      run: () => oneCheck('npm', ['run', '-s', 'boundaries']),
    },
    { area: 'unit', name: 'unit tests', run: () => vitest('unit') },
    { area: 'int', name: 'integration tests on real PostgreSQL, NATS and S3', run: () => vitest('int') },
  ];
}
