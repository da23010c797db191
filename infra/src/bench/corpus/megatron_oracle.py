"""Compares our shards with Megatron-LM's own reader and writer.

    python3 megatron_oracle.py train            (reads train.idx and train.bin)

Needs torch and `pip install --no-deps megatron-core==0.12.1`. Reads the shard with IndexedDataset, writes the same documents again
with IndexedDatasetBuilder and compares both files byte for byte.
"""

import filecmp
import os
import sys
import tempfile

import numpy
import torch
from megatron.core.datasets.indexed_dataset import IndexedDataset, IndexedDatasetBuilder

prefix = sys.argv[1]
dataset = IndexedDataset(prefix, multimodal=False, mmap=True)
with tempfile.TemporaryDirectory() as folder:
    again = os.path.join(folder, 'again')
    builder = IndexedDatasetBuilder(again + '.bin', dtype=dataset.index.dtype)
    tokens = 0
    for i in range(len(dataset)):
        document = dataset[i]
        tokens += len(document)
        builder.add_item(torch.from_numpy(numpy.array(document, dtype=numpy.int64)))
        builder.end_document()
    builder.finalize(again + '.idx')
    same = {kind: filecmp.cmp(prefix + kind, again + kind, shallow=False) for kind in ('.bin', '.idx')}
    print({'documents': len(dataset), 'tokens': tokens, 'dtype': dataset.index.dtype.__name__, 'equal': same})
    sys.exit(0 if all(same.values()) else 1)
