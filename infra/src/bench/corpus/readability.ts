import { npmPeers } from '../peers/npm.ts';

interface Article {
  title?: string | null;
  textContent?: string | null;
}
interface HappyWindow {
  document: { write(html: string): void };
  happyDOM: { close(): Promise<void> };
}

export const READABILITY = '@mozilla/readability 0.6.0 on happy-dom 21.0.4';

/** Title and text that Readability finds in a page; '' where it finds none. Scripts, styles and frames are not loaded. */
export async function readability(): Promise<(html: string) => Promise<string>> {
  const peers = await npmPeers(['@mozilla/readability@0.6.0', 'happy-dom@21.0.4']);
  const { Readability } = peers.require('@mozilla/readability') as {
    Readability: new (document: unknown) => { parse(): Article | null };
  };
  const { Window } = (await peers.import('happy-dom/lib/index.js')) as {
    Window: new (options: object) => HappyWindow;
  };
  const settings = {
    disableJavaScriptEvaluation: true,
    disableJavaScriptFileLoading: true,
    disableCSSFileLoading: true,
    disableIframePageLoading: true,
  };
  return async (html) => {
    const window = new Window({ settings });
    try {
      window.document.write(html);
      const article = new Readability(window.document).parse();
      return article ? `${article.title ?? ''}\n${article.textContent ?? ''}` : '';
    } finally {
      await window.happyDOM.close();
    }
  };
}
