import { describe, expect, test } from 'vitest';
import { Freshness } from './freshness.ts';

const source = (position: number, streamId = 'a') => ({ streamType: 'source', streamId, position });

describe('a page on the screen', () => {
  test('is rendered anew for an event of a stream, or of a kind of stream, that it is about', () => {
    const freshness = new Freshness(10);
    freshness.watch({ on: ['source:a', 'job'], at: 10 });
    freshness.saw(source(11, 'b'));
    expect(freshness.missing()).toBeNull();
    freshness.saw(source(12));
    freshness.saw({ streamType: 'job', streamId: 'c', position: 13 });
    freshness.saw(source(14, 'b'));
    expect(freshness.missing()).toBe(13);
  });
  test('is not rendered anew for what it contains already', () => {
    const freshness = new Freshness(10);
    freshness.watch({ on: ['source'], at: 12 });
    freshness.saw(source(12));
    expect(freshness.missing()).toBeNull();
  });
  test('misses nothing that happened between its rendering and its arrival', () => {
    const freshness = new Freshness(10);
    freshness.saw(source(15)); // while somebody looked at another page
    freshness.watch({ on: ['source:a'], at: 14 });
    expect(freshness.missing()).toBe(15);
  });
  test('is up to date again when it was rendered later', () => {
    const freshness = new Freshness(10);
    const end = freshness.watch({ on: ['source'], at: 10 });
    freshness.saw(source(11));
    end();
    freshness.watch({ on: ['source'], at: 11 });
    expect(freshness.missing()).toBeNull();
  });
  test('that comes out of the history of the browser is rendered anew when events were forgotten since', () => {
    const freshness = new Freshness(0);
    for (let position = 1; position <= 1500; position++) freshness.saw(source(position, 'other'));
    freshness.watch({ on: ['source:a'], at: 100 });
    expect(freshness.missing()).toBe(500);
  });
});
