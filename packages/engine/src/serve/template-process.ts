// The process of `renderTemplate`: a template and its values in, text out.

import { runInNewContext } from 'node:vm';
import { Template } from '@huggingface/jinja';
import { MOST_SECONDS, type TemplateAnswer, type TemplateTask } from './render-template.ts';

/** Characters of a rendered template; a context of a million tokens has fewer. */
const MOST = 1 << 24;

let compiled: { text: string; template: Template } | undefined;

function render({ text, values }: TemplateTask): string {
  if (compiled?.text !== text) compiled = { text, template: new Template(text) };
  return compiled.template.render(values);
}

function answer(task: TemplateTask): TemplateAnswer {
  try {
    // What runs inside can be interrupted; nothing of the template is code there.
    const run = { render: () => render(task) };
    const rendered: string = runInNewContext('render()', run, { timeout: 1000 * MOST_SECONDS });
    return rendered.length > MOST ? { problem: `it made more than ${MOST} characters` } : { rendered };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isLate = code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
    return { problem: isLate ? `it took longer than ${MOST_SECONDS} seconds` : message };
  }
}

process.on('message', (task: TemplateTask) => process.send!(answer(task)));
process.on('disconnect', () => process.exit());
