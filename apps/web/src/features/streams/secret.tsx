'use client';
import { CopyBlock } from '../../ui/copy-block.tsx';

/** What is shown once and can be read nowhere afterwards. */
export function Secret({ title, lead, text }: { title: string; lead: string; text: string }) {
  return (
    <div role="status" className="space-y-2 rounded-xl bg-yamabuki-soft p-4">
      <p className="phrase font-medium text-yamabuki">{lead}</p>
      <CopyBlock label={title} text={text} />
    </div>
  );
}
