/** Where the measure of each filter comes from and what it counts, in Japanese; the English stands at the filter itself. */
export const japaneseOrigins: Record<string, string> = {
  length: '文字数。Uzushio の DocLength は200以上を残す',
  'debris-share': '置換文字と私用領域の文字が全文字に占める割合',
  'compression-ratio':
    'LLM-jp コーパス v1: zlib の圧縮率(レベル9)が0.30から0.70。比は長いほど下がるので、ここでは先頭の limit バイトで測る',
  'duplicate-line-share': 'Gopher と Swallow v1: 繰り返される行の文字の割合、0.20以下',
  'character-repetition': 'HojiChar の CharRepetitionRatio: 文字5-gramの繰り返し、0.33以下',
  'longest-run': 'HojiChar の SingleCharacterRepetition: 同じ文字の連続、200以下',
  'special-character-share':
    'HojiChar の TooManySpecialToken: 見える文字のうち文字でも数字でもないものの割合、0.4以下',
  'ja-kana-share': 'HojiChar の AcceptJapanese にならう: コード部分を除いた文字に占めるかなの割合',
  'ja-hiragana-share':
    'Uzushio の HiraganaRatio: コード部分を除いた、見える文字に占めるひらがなの割合、0.10以上',
  'ja-mean-sentence-length': 'LLM-jp コーパス v1: 文の終わりの間隔、平均250文字以下',
  'ja-short-line-share': 'HojiChar の TooShortLines: length 文字以下の行の割合',
  'en-language': 'ELD の言語判定を地の文の先頭 characters 文字に。英語なら1、ほかは0',
  'en-word-count': 'Gopher: 50語から100,000語',
  'en-mean-word-length': 'Gopher: 語の長さの平均が3文字から10文字。ここでは文字と数字の連なりを語とする',
  'en-stop-words': 'Gopher: the、be、to、of、and、that、have、with のうち2語以上',
  'en-alphabetic-word-share': 'Gopher: 文字を含む語の割合、0.8以上。表やコードの多い資料では低くする',
  'en-symbol-word-ratio': 'Gopher: # と省略記号の語に対する比、0.1以下',
  'en-bullet-line-share': 'Gopher: 箇条書きの記号で始まる行の割合、0.9以下',
  'en-ellipsis-line-share': 'Gopher: 省略記号で終わる行の割合、0.3以下',
  'code-max-line-length': 'The Stack: いちばん長い行が1,000文字以下',
  'code-mean-line-length': 'The Stack: 行の長さの平均が100文字以下',
  'code-alphanumeric-share': 'The Stack: 英数字の割合、0.25以上',
  'url-domain':
    'LLM-jp コーパス v1 の HasValidUrlDomain: 13種のトップレベルドメインにあり ja.wikipedia.org でないホストなら1。URLがなければ1',
  language: '文字種の規則、次に ELD を先頭の500文字に。出典の言語と一致すれば1',
  'ja-kana-position': 'HojiChar の AcceptJapanese: 最初のかなの位置。先頭の50文字のうちなら49以下',
  'ja-kuten-interval':
    'LLM-jp コーパス v1: 句点の間隔の平均が250文字以下(strict は80)。HojiChar の DiscardRareKuten は100。句点がなければ1e9',
  'zlib-ratio': 'LLM-jp コーパス v1: 全文の zlib の圧縮率(レベル9)が0.30から0.70(strict は0.375から)',
  'lz4-ratio': 'Uzushio の CompressionRate: LZ4 の圧縮率が0.40から0.75、のちに0.50から0.75',
  'ng-words':
    'LLM-jp コーパス v1 の IsNotEthical、IsNotAdContent: 一覧の語が現れる箇所の数。成人向けは3(strict は2)、広告は10',
  'ng-word-types': 'Uzushio の WordTypes: 一覧の語の異なり数。9、のちに6で除く',
  'hiragana-share': 'Uzushio の HiraganaRatio: 見える文字に占めるひらがなの割合、0.10以上、のちに0.15',
  'bbs-marks': 'HojiChar の DiscardBBSComments: 掲示板に特有の印の数、14以下。印の一覧はこちらで作った',
  'ellipsis-line-share': 'HojiChar の TooManyEndingEllipsis: … か ... で終わる行の割合、0.7以下',
  'short-line-share': 'HojiChar の TooShortLines: length 文字以下の行の割合、0.5以下',
  perplexity:
    'ここで学習したバイト5-gramモデルの、1文字あたりのパープレキシティ。しきい値は学習した文によるので下見で決める',
  'edit-kana-lines': 'LLM-jp コーパス v1: かなを含む行だけを残す',
  'edit-urls-ascii': 'LLM-jp コーパス v1 の RemoveUrl、RemoveCode: URLと、ASCII文字が100以上続く部分を消す',
  'edit-mask-pii':
    'HojiChar の MaskPersonalInformation にならう: メール、電話、住所、カード番号、マイナンバーを印に置き換える',
  'en-duplicate-line-count': 'Gopher の繰り返しの規則: 前に出た行の割合、0.30以下',
  'en-duplicate-paragraph-count': 'Gopher の繰り返しの規則: 繰り返される段落の割合、0.30以下',
  'en-duplicate-paragraph-share': 'Gopher の繰り返しの規則: 繰り返される段落の文字の割合、0.20以下',
  'en-top-ngram-share':
    'Gopher の繰り返しの規則: 最も多い2-gram、3-gram、4-gramが文字に占める割合、0.20、0.18、0.16以下',
  'en-duplicate-ngram-share':
    'Gopher の繰り返しの規則: 繰り返される5-gramから10-gramの文字の割合、0.15から0.10以下',
  'en-sentence-count': 'C4: 5文以上',
  'en-boilerplate': 'C4: 「lorem ipsum」や波括弧があれば除く。その数',
  'en-terminal-line-share': 'FineWeb: 句読点で終わる行の割合、0.12以上',
  'en-short-line-share': 'FineWeb: 30文字以下の行の割合、0.67以下',
  'en-newline-word-ratio': 'FineWeb: 改行の語に対する比、0.3以下',
  'code-not-written': 'StarCoder と The Stack: 取り込まれた、生成された、または圧縮されたファイルなら1',
  'code-xml-header': 'StarCoder: 名前がXMLでないファイルの先頭100文字にXML宣言があれば1',
  'code-letter-share': 'StarCoder: ASCIIとそのほかの文字の割合、0.25以上',
};
