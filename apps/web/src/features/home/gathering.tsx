/** Dots drifting together: what the name means, drawn once for the first page. */
export function Gathering() {
  const dots = Array.from({ length: 90 }, (_, index) => {
    // A golden-angle spiral: even, and the same at every rendering.
    const angle = index * 2.399963;
    const distance = 8 + 22 * Math.sqrt(index);
    return {
      x: 250 + distance * Math.cos(angle) * 1.15,
      y: 230 + distance * Math.sin(angle) * 0.9,
      r: Math.max(1.1, 4.6 - index * 0.04),
      opacity: Math.max(0.12, 0.75 - index * 0.008),
    };
  });
  return (
    <svg
      aria-hidden
      viewBox="0 0 500 460"
      className="pointer-events-none absolute -top-20 left-[34%] -z-10 hidden w-[34rem] text-ai opacity-15 sm:block"
      fill="currentColor"
    >
      {dots.map((dot, index) => (
        <circle
          key={index}
          cx={dot.x.toFixed(1)}
          cy={dot.y.toFixed(1)}
          r={dot.r.toFixed(2)}
          opacity={dot.opacity.toFixed(2)}
        />
      ))}
    </svg>
  );
}
