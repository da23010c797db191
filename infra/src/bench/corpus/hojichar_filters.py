"""HojiChar with the rules of LLM-jp corpus v1 that it has, over the documents of a JSONL file."""

import json
import time

from hojichar import Compose, Document, document_filters as f

state = {}


def load(argument):
    with open(argument["documents"], encoding="utf-8") as lines:
        state["texts"] = [json.loads(line)["text"] for line in lines]
    rules = [
        f.AcceptJapanese(lookup_size=50),
        f.DiscardAds(dict_path=argument["ads"], max_allowed_num=10),
        f.NgWordsFilterJa(dict_path=argument["adult"], ignore_confused=True),
        f.DiscardRareKuten(max_average_sentence_length=250),
    ]
    if argument["mask"]:
        rules.append(f.MaskPersonalInformation())
    state["compose"] = Compose(rules)
    return len(state["texts"])


def run(_):
    """Processor seconds, and which documents are kept."""
    compose = state["compose"]
    begin = time.process_time()
    kept = [0 if compose.apply(Document(text)).is_rejected else 1 for text in state["texts"]]
    return {"seconds": time.process_time() - begin, "kept": kept}
