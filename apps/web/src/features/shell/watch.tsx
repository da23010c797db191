/** Says which events this page is about: a kind of stream (`source`) or one stream (`source:ID`). */
export function Watch({ on }: { on: string[] }) {
  return <span hidden data-watch={on.join(' ')} />;
}
