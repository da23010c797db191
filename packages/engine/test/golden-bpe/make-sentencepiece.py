"""Small BPE models of SentencePiece and their ids, which must be ours too.

In a virtual environment outside the repository: pip install sentencepiece==0.2.3 protobuf
Then: python packages/engine/test/golden-bpe/make-sentencepiece.py
"""
import base64
import io
import json
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as schema

here = Path(__file__).parent
lines = json.loads((here.parent / "golden-tokenizer" / "lines.golden.json").read_text(encoding="utf-8"))
# SentencePiece takes U+2581 for a space, so its ids of such a line are not ours.
lines = [line for line in lines if "\u2581" not in line]
common = dict(
    model_type="bpe",
    vocab_size=900,
    normalization_rule_name="identity",
    remove_extra_whitespaces=False,
    allow_whitespace_only_pieces=True,
    split_digits=True,
    character_coverage=0.999,
    minloglevel=2,
)
variants = {
    "bytes": dict(byte_fallback=True, add_dummy_prefix=False),
    "prefix": dict(byte_fallback=False, add_dummy_prefix=True, user_defined_symbols=["<sep>", "日本", "日本語", "the"]),
    "unused": dict(byte_fallback=True, add_dummy_prefix=False),
}
golden = {}
for name, options in variants.items():
    trained = io.BytesIO()
    training = (line.replace("\n", " ") for line in lines)
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=training, model_writer=trained, **common, **options)
    model = schema.ModelProto.FromString(trained.getvalue())
    if name == "unused":
        # Every fifth piece of several characters may be made on the way, but not given out.
        for piece in [each for each in model.pieces if each.type == 1 and len(each.piece) > 1][::5]:
            piece.type = 5
    data = model.SerializeToString()
    processor = sentencepiece.SentencePieceProcessor(model_proto=data)
    golden[name] = {
        "model": base64.b64encode(data).decode(),
        "ids": [processor.encode(line) for line in lines],
    }
text = json.dumps(golden, ensure_ascii=False, separators=(",", ":"))
(here / "sentencepiece.golden.json").write_text(text + "\n", encoding="utf-8")
