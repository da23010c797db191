import { Permission } from '@tsudoi/schema';
import { expect, test } from 'vitest';
import { appRouter } from './router.ts';

const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { meta?: { permission?: string } } }>,
);

test('every procedure declares exactly one known permission', () => {
  expect(procedures.length).toBeGreaterThan(30);
  for (const [path, { _def }] of procedures) {
    expect(Permission.options, path).toContain(_def.meta?.permission);
  }
});

test('what a worker may call needs node.work, which no role of a person holds', () => {
  const worker = procedures.filter(([path]) => path.startsWith('worker.'));
  expect(worker.map(([path, { _def }]) => [path, _def.meta?.permission])).toEqual(
    worker.map(([path]) => [path, 'node.work']),
  );
});
