import { expect, test } from 'vitest';
import { runModel } from './model.ts';
import { Stage } from './stage.ts';

// Ten minutes of kills. A failure names its seed; TSUDOI_SEED=123 repeats it.
const seed = Number(process.env.TSUDOI_SEED ?? Date.now() % 1_000_000);

test('writers, PostgreSQL, NATS and the hub’s processes are killed at random: nothing acknowledged is lost or doubled, the log, its projections and its copy are whole', async () => {
  const stage = await Stage.open();
  try {
    const report = await runModel(stage, { seed, seconds: 600, writers: 6 });
    expect(report, `seed ${seed}`).toMatchObject({ problem: null });
    expect(report.acknowledged).toBeGreaterThan(20);
    expect(Object.values(report.kills).reduce((sum, n) => sum + n, 0)).toBeGreaterThan(3);
  } finally {
    await stage.close();
  }
});
