'use client';
import { useEffect, useRef, useState } from 'react';
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { measure } from '../../lib/labels.ts';

/** One uPlot curve in the colours of the theme. Drawn on a canvas, so its owner says the same in words. */
export function Curve(props: { name: string; points: [step: number, value: number][]; locale: string }) {
  const { name, points, locale } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(points);
  newest.current = points;
  const theme = useThemeChange();

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let gone = false;
    let observer: ResizeObserver | null = null;
    void import('uplot').then(({ default: UPlot }) => {
      if (gone) return;
      const colour = (className: string) => {
        const probe = element.appendChild(document.createElement('span'));
        probe.className = className;
        const found = getComputedStyle(probe).color;
        probe.remove();
        return found;
      };
      const axis = {
        stroke: colour('text-ink-3'),
        grid: { stroke: colour('text-line'), width: 1 },
        ticks: { show: false },
      };
      plot.current = new UPlot(
        {
          width: element.clientWidth,
          height: 300,
          padding: [12, 28, 0, 0],
          cursor: { y: false, points: { size: 7 } },
          scales: { x: { time: false } },
          axes: [
            { ...axis, values: (_, ticks) => ticks.map((tick) => tick.toLocaleString(locale)) },
            { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => measure(tick, locale)) },
          ],
          series: [
            { label: '#', value: (_, value) => (value === null ? '–' : value.toLocaleString(locale)) },
            {
              label: name,
              stroke: colour('text-ai'),
              width: 1.8,
              points: { show: false },
              value: (_, value) => (value === null ? '–' : measure(value, locale)),
            },
          ],
        },
        columns(newest.current),
        element,
      );
      observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: 300 }));
      observer.observe(element);
    });
    return () => {
      gone = true;
      observer?.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [name, locale, theme]);

  useEffect(() => {
    plot.current?.setData(columns(points));
  }, [points]);
  return <div ref={host} aria-hidden className="min-h-[300px]" />;
}

function columns(points: [number, number][]): [number[], number[]] {
  return [points.map(([step]) => step), points.map(([, value]) => value)];
}

/** A number that changes whenever the colours do. */
function useThemeChange(): number {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const changed = () => setChanges((count) => count + 1);
    const device = matchMedia('(prefers-color-scheme: dark)');
    device.addEventListener('change', changed);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      device.removeEventListener('change', changed);
      observer.disconnect();
    };
  }, []);
  return changes;
}
