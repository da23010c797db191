// What the page and its worker say to each other. The text never goes anywhere else.

export type Size = 'small' | 'medium';

export type ToWorker =
  | { readonly type: 'start'; readonly text: string; readonly size: Size }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' };

export interface Ready {
  readonly type: 'ready';
  readonly device: string;
  readonly isSoftware: boolean;
  readonly characters: number;
  readonly parameters: number;
  /** Loss in nats of guessing every character alike. */
  readonly uniform: number;
}

export type FromWorker =
  | Ready
  | {
      readonly type: 'progress';
      /** Steps and losses since the last message. */
      readonly points: readonly (readonly [step: number, loss: number])[];
      readonly tokensPerSecond: number;
    }
  | { readonly type: 'sample'; readonly step: number; readonly text: string }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly kind: 'device' | 'text' | 'diverged'; readonly detail: string };

/** Fewest characters worth training on: a few windows. */
export const LEAST_CHARACTERS = 300;
export const MOST_TEXT = 200_000;
export const TOTAL_STEPS = 2000;
