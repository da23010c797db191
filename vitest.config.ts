import { defineConfig } from 'vitest/config';

// .unit is pure and quick; .int talks to real servers; .e2e drives the running product; .slow takes minutes and
// is run by `npm run test:slow` before a release, never by CI.
const project = (name: string, minutes: number, parallel: boolean, globalSetup: string[] = []) => ({
  test: {
    name,
    include: [`{packages,apps,infra}/**/*.${name}.test.ts`],
    exclude: ['**/node_modules/**', '**/.next/**'],
    testTimeout: minutes * 60_000,
    hookTimeout: minutes * 60_000,
    fileParallelism: parallel,
    expect: { poll: { timeout: 15_000 } }, // a busy machine takes longer than the usual second
    globalSetup,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 2, true),
      project('int', 3, false, ['infra/src/testing/global-setup.ts']),
      project('e2e', 10, false),
      project('slow', 30, false, ['infra/src/testing/global-setup.ts']),
    ],
  },
});
