import { Instance } from '../instance.ts';
import { UsageError } from '../say.ts';
import { checkSteps, partSteps } from '../suite/checks.ts';
import { productSteps } from '../suite/product.ts';
import type { Outcome, Step } from '../suite/step.ts';
import type { CliCommand } from './command.ts';

export const test: CliCommand = {
  name: 'test',
  about:
    'everything CI runs: lint, types, boundaries, unit and integration tests, the demo, the portal in a browser',
  positionals: [],
  options: {
    only: {
      type: 'string',
      value: 'AREA',
      about: 'check, unit, int, demo, kill, or a part: engine, hub, schema, workers, web, infra',
    },
  },
  async run({ values, instance, say, result }) {
    const own = new Instance(instance.path('test'));
    const whole: Step[] = [...checkSteps(), ...productSteps(own)];
    const only = values.only as string | undefined;
    const steps = only ? [...whole, ...partSteps()] : whole;
    const areas = [...new Set([...whole, ...partSteps()].map((step) => step.area))];
    if (only && !areas.includes(only))
      throw new UsageError(`there is no area "${only}"; there are: ${areas.join(', ')}`);
    const outcomes: (Outcome & { step: string; seconds: number })[] = [];
    for (const step of steps.filter(({ area }) => !only || area === only)) {
      say.line(`\n== ${step.name}`);
      const started = performance.now();
      const outcome = await step.run(say).catch((error: Error) => {
        say.line(`   ${error.message}`);
        return { passed: 0, failed: 1 };
      });
      const seconds = (performance.now() - started) / 1000;
      say.line(
        `   ${outcome.failed === 0 ? 'ok' : 'FAILED'}: ${outcome.passed} passed, ${outcome.failed} failed, ${seconds.toFixed(0)} s`,
      );
      outcomes.push({ step: step.name, ...outcome, seconds });
    }
    if (!own.state()) own.destroy();
    const sum = (key: 'passed' | 'failed') => outcomes.reduce((total, outcome) => total + outcome[key], 0);
    result(
      { steps: outcomes, passed: sum('passed'), failed: sum('failed') },
      `${sum('passed')} passed, ${sum('failed')} failed`,
    );
    return sum('failed') === 0 ? 0 : 1;
  },
};
