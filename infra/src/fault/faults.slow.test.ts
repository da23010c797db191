import { expect, test } from 'vitest';
import { faults } from './faults.ts';
import { Stage } from './stage.ts';

test.each(faults.map((fault) => [fault.name, fault.invariant, fault] as const))(
  '%s: %s',
  async (_, __, fault) => {
    const stage = await Stage.open();
    try {
      const { problem, skipped } = await fault.run(stage, () => {});
      if (skipped) process.stderr.write(`${fault.name} was not provoked: ${skipped}\n`);
      expect(problem).toBeNull();
    } finally {
      await stage.close();
    }
  },
);
