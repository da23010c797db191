import type { Block } from './html.ts';

/** The elements of a page that hold blocks, by number; a parent's number is below its children's. 0 is the page. */
export interface Containers {
  parent: number[];
  /** True where its class or id says that it stands around the text. */
  aside: boolean[];
}

/** Share of the prose that a container must hold for what is outside it to be taken for something else. */
const MOST = 0.75;
const LEAST_PROSE = 80;

/**
 * The blocks of the main part. Prose decides: text blocks of some length, less what is in links. First, what stands around by its
 * name goes, unless it holds more than half of the prose (then the name is a layout's). Then, from the page inwards, the innermost container
 * with most of the prose is taken, and the last top heading before it.
 */
export function mainBlocks(blocks: Block[], { parent, aside }: Containers): Block[] {
  const all = proseOf(blocks, parent);
  const gone = aside.map(() => false);
  for (let c = 1; c < gone.length; c++)
    gone[c] =
      (gone[parent[c] as number] as boolean) ||
      ((aside[c] as boolean) && (all[c] as number) * 2 <= (all[0] as number));
  const left = blocks.filter((block) => !gone[block.container]);
  const marked = left.filter((block) => block.inMain);
  if (marked.length > 0 && sizeOf(marked) * 3 >= sizeOf(left)) return innermost(marked, parent);
  return innermost(left, parent);
}

function innermost(blocks: Block[], parent: number[]): Block[] {
  const prose = proseOf(blocks, parent);
  const total = prose[0] as number;
  if (total === 0) return blocks;
  let chosen = 0;
  // Children have higher numbers, so the last one that holds most is the innermost.
  for (let c = 1; c < prose.length; c++) if ((prose[c] as number) >= MOST * total) chosen = c;
  const inside = insideOf(chosen, parent);
  const first = blocks.findIndex((block) => inside[block.container]);
  const headline = blocks.slice(0, first).findLastIndex(({ level }) => level === 1);
  return blocks.filter((block, i) => i === headline || inside[block.container]);
}

function insideOf(chosen: number, parent: number[]): boolean[] {
  const inside = parent.map((_, c) => c === chosen);
  for (let c = chosen + 1; c < parent.length; c++) inside[c] ||= inside[parent[c] as number] as boolean;
  return inside;
}

/** Prose in each container with all that it holds. */
function proseOf(blocks: Block[], parent: number[]): number[] {
  const prose = parent.map(() => 0);
  for (const block of blocks) prose[block.container] = (prose[block.container] as number) + proseIn(block);
  for (let c = parent.length - 1; c > 0; c--) {
    const above = parent[c] as number;
    prose[above] = (prose[above] as number) + (prose[c] as number);
  }
  return prose;
}

/** Characters of a block of prose; wide ones count twice, since Japanese says in one what takes English two or three. */
function proseIn({ text, linkLetters, kind }: Block): number {
  if (kind === 'heading') return 0;
  let size = text.length;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x2e80) size += 1;
  return size < LEAST_PROSE ? 0 : Math.max(0, size - 3 * linkLetters);
}

const sizeOf = (some: Block[]) => some.reduce((sum, block) => sum + block.text.length, 0);
