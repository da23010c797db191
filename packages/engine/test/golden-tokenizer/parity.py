"""Whether SentencePiece, `tokenizers` and `transformers` give the ids that we give, line by line.

In a virtual environment outside the repository:
  pip install sentencepiece==0.2.3 tokenizers==0.23.3 transformers==5.23.0
Then, with a folder that `npm run tokenizer -- train` wrote and any text:
  npm run -s tokenizer -- encode --json --model DIR/tokenizer.model LINES > IDS
  python packages/engine/test/golden-tokenizer/parity.py DIR LINES IDS
Exit code 1 when a line differs. Lines with U+2581 are passed over: the three take it for a space.
"""
import json
import sys
from pathlib import Path

import sentencepiece
import tokenizers
import transformers

folder, lines, ids = (Path(argument) for argument in sys.argv[1:4])
texts = lines.read_text(encoding="utf-8").split("\n")[:-1]
expected = [json.loads(line) for line in ids.read_text().splitlines()]
assert len(texts) == len(expected), (len(texts), len(expected))

spm = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
hf = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
fast = transformers.PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
peers = {
    "sentencepiece": (lambda text: spm.encode(text), lambda found: spm.decode(found)),
    "tokenizers": (
        lambda text: hf.encode(text, add_special_tokens=False).ids,
        lambda found: hf.decode(found, skip_special_tokens=False),
    ),
    "transformers": (
        lambda text: fast.encode(text, add_special_tokens=False, split_special_tokens=True),
        lambda found: fast.decode(found, clean_up_tokenization_spaces=False),
    ),
}
failed = False
for name, (encode, decode) in peers.items():
    differ = lost = seen = 0
    for text, wanted in zip(texts, expected):
        if "\u2581" in text:
            continue
        seen += 1
        differ += encode(text) != wanted
        lost += decode(wanted) != text
    failed |= differ > 0 or lost > 0
    print(f"{name}: {seen} lines, {differ} with other ids, {lost} not given back")
sys.exit(failed)
