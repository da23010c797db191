"""Golden ids for the tokenizer tests, from the two libraries that must read our files.

In a virtual environment outside the repository: pip install sentencepiece==0.2.3 tokenizers==0.23.3
Then: node make-model.ts && python make.py
"""
import json
from pathlib import Path

import sentencepiece
import tokenizers

here = Path(__file__).parent
lines = json.loads((here / "lines.golden.json").read_text(encoding="utf-8"))
spm = sentencepiece.SentencePieceProcessor(model_file=str(here / "tsudoi.model"))
hf = tokenizers.Tokenizer.from_file(str(here / "tokenizer.golden.json"))

ids = [spm.encode(line) for line in lines]
for line, expected in zip(lines, ids):
    assert spm.decode(expected) == line, line
    assert hf.encode(line, add_special_tokens=False).ids == expected, line
    assert hf.decode(expected, skip_special_tokens=False) == line, line

golden = {"sentencepiece": sentencepiece.__version__, "tokenizers": tokenizers.__version__, "ids": ids}
(here / "ids.golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(f"{len(lines)} lines, {sum(map(len, ids))} ids, the same from both libraries")
