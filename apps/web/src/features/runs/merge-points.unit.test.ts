import { expect, test } from 'vitest';
import { mergePoints } from './merge-points.ts';

test('live points join their series in order of steps', () => {
  const had = [
    {
      series: 'loss',
      points: [
        [1, 9],
        [2, 8],
      ] as [number, number][],
    },
  ];
  const arrived = [
    { series: 'loss', step: 4, value: 6 },
    { series: 'loss', step: 3, value: 7 },
    { series: 'learningRate', step: 3, value: 0.1 },
  ];
  expect(mergePoints(had, arrived)).toEqual([
    {
      series: 'loss',
      points: [
        [1, 9],
        [2, 8],
        [3, 7],
        [4, 6],
      ],
    },
    { series: 'learningRate', points: [[3, 0.1]] },
  ]);
});

test('a step measured again after a resumed lease shows its newest value once', () => {
  const had = [
    {
      series: 'loss',
      points: [
        [1, 9],
        [2, 8],
      ] as [number, number][],
    },
  ];
  expect(mergePoints(had, [{ series: 'loss', step: 2, value: 7.5 }])[0]?.points).toEqual([
    [1, 9],
    [2, 7.5],
  ]);
});
