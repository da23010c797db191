/** Dots that gather: the mark of the hub. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg aria-hidden viewBox="0 0 32 32" className={className} fill="currentColor">
      <circle cx="16" cy="16" r="4.6" />
      <circle cx="16" cy="6.2" r="2.6" />
      <circle cx="24.5" cy="11.1" r="2.6" />
      <circle cx="24.5" cy="20.9" r="2.6" />
      <circle cx="16" cy="25.8" r="2.6" />
      <circle cx="7.5" cy="20.9" r="2.6" />
      <circle cx="7.5" cy="11.1" r="2.6" />
      <circle cx="27.5" cy="3.6" r="1.3" opacity=".55" />
      <circle cx="3.2" cy="27.6" r="1.3" opacity=".55" />
      <circle cx="30" cy="16" r="1" opacity=".4" />
    </svg>
  );
}
