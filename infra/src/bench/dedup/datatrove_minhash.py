"""datatrove's first MinHash stage as a peer: shingles and signatures of documents in memory, nothing written."""
import json
import time

from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
from datatrove.utils.hashing import HashConfig

state = {}


def load(argument):
    with open(argument["path"], encoding="utf-8") as lines:
        state["texts"] = [json.loads(line) for line in lines]
    config = MinhashConfig(
        n_grams=5, num_buckets=20, hashes_per_bucket=10, seed=1, hash_config=HashConfig(precision=64, hash_fc="xxhash")
    )
    state["step"] = MinhashDedupSignature(output_folder=argument["folder"], config=config, language=argument["language"])
    return len(state["texts"])


def sign(_):
    step, began = state["step"], time.process_time()
    signatures = []
    for text in state["texts"]:
        shingles = step.get_shingles(text)
        signatures.append(step.get_signature(shingles) if shingles.size else None)
    state["signatures"] = signatures
    return time.process_time() - began


def groups(_):
    """For each document the number of the first one with an equal signature."""
    first = {}
    return [first.setdefault(json.dumps(signature, default=int), i) for i, signature in enumerate(state["signatures"])]
