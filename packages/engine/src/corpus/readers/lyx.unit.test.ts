import { expect, test } from 'vitest';
import { readFile } from './read-file.ts';

const document = String.raw`#LyX 2.3 created this file
\lyxformat 544
\begin_document
\begin_header
\textclass scrbook
\end_header
\begin_body

\begin_layout Chapter
はじめに
\begin_inset CommandInset label
LatexCommand label
name "chap"

\end_inset


\end_layout

\begin_layout Standard
この説明書は\SpecialChar LyX
の機能を述べます．行は途
中で折り返されます．
\begin_inset Foot
status collapsed

\begin_layout Plain Layout
脚注は本文ではない。
\end_layout

\end_inset

\begin_inset Flex Code
status open

\begin_layout Plain Layout

\family typewriter
UserDir
\end_layout

\end_inset

を開きます\SpecialChar ldots

\end_layout

\begin_layout LyX-Code
\begin_layout でない
\end_layout

\end_body
\end_document
`;

test('a LyX file gives its prose: lines joined, names kept, notes, labels and code left out', async () => {
  const results = [];
  for await (const result of readFile({ path: 'doc/ja/Intro.lyx', chunks: [Buffer.from(document)] }, 'text'))
    results.push(result);
  expect(results).toMatchObject([
    { text: 'はじめに\n\nこの説明書はLyXの機能を述べます．行は途中で折り返されます．UserDirを開きます…' },
  ]);
});
