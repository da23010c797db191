import { defineConfig } from 'vitest/config';

// .unit is pure and quick; .int talks to real servers; .e2e drives the running product.
const project = (name: string, minutes: number, parallel: boolean) => ({
  test: {
    name,
    include: [`{packages,apps,infra}/**/*.${name}.test.ts`],
    exclude: ['**/node_modules/**', '**/.next/**'],
    testTimeout: minutes * 60_000,
    hookTimeout: minutes * 60_000,
    fileParallelism: parallel,
  },
});

export default defineConfig({
  test: { projects: [project('unit', 2, true), project('int', 3, false), project('e2e', 10, false)] },
});
