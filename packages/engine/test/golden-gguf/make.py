"""Makes blocks.golden.json: what the `gguf` package (0.19.0) says about ggml's block formats.

Run by hand where gguf is installed (pip install gguf==0.19.0); the tests only read the JSON file.
"""

import base64
import json
import pathlib

import numpy as np
from gguf import GGMLQuantizationType as Kind
from gguf import quants

rng = np.random.default_rng(5)
text = lambda array: base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
golden = {"decode": {}, "encode": {}}

# Whole random blocks with sensible scales: (kind, bytes per block, places of binary16 scales).
for kind, size, scales in [(Kind.Q8_0, 34, [0]), (Kind.Q4_0, 18, [0]), (Kind.Q4_K, 144, [0, 2]), (Kind.Q6_K, 210, [208])]:
    blocks = rng.integers(0, 256, (6, size), dtype=np.uint8)
    for at in scales:
        blocks[:, at:at + 2] = rng.normal(0, 0.05, 6).astype("<f2").reshape(6, 1).view(np.uint8)
    golden["decode"][kind.name] = {"bytes": text(blocks), "values": text(quants.dequantize(blocks, kind).astype("<f4"))}

values = rng.normal(0, 1, (4, 64)).astype("<f4")
values[1, :32] = 0
for kind in [Kind.Q8_0, Kind.Q4_0, Kind.F16, Kind.BF16]:
    golden["encode"][kind.name] = {"values": text(values), "bytes": text(quants.quantize(values, kind))}

pathlib.Path(__file__).with_name("blocks.golden.json").write_text(json.dumps(golden) + "\n")
