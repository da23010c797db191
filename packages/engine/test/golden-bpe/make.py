"""A small byte-level BPE tokenizer and its ids, from Hugging Face `tokenizers`, which must be ours too.

In a virtual environment outside the repository: pip install tokenizers==0.23.3
Then: python packages/engine/test/golden-bpe/make.py
"""
import json
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

here = Path(__file__).parent
lines = json.loads((here.parent / "golden-tokenizer" / "lines.golden.json").read_text(encoding="utf-8"))
LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
cutting = {
    "gpt2": pre_tokenizers.ByteLevel(add_prefix_space=False),
    "prefix": pre_tokenizers.ByteLevel(add_prefix_space=True),
    "llama3": pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA_3), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    ),
}
golden = {}
for name, pre_tokenizer in cutting.items():
    tokenizer = Tokenizer(models.BPE(ignore_merges=name == "llama3"))
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    golden[name] = {
        "tokenizer": json.loads(tokenizer.to_str()),
        "ids": [tokenizer.encode(line, add_special_tokens=False).ids for line in lines],
    }
(here / "bpe.golden.json").write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")
