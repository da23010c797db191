"""Makes llama-*.golden.json: what transformers' LlamaForCausalLM and torch's AdamW say about a tiny Llama.

Run by hand where torch and transformers are installed; the tests only read the JSON files.
  python3 make_llama.py
Arrays are base64 of little-endian float32 (int32 for tokens), so that a file is exact and small.
"""

import base64
import json
import pathlib

import numpy as np
import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM

HERE = pathlib.Path(__file__).parent

CASES = {
    # Untied, grouped queries, odd sizes that are no multiple of any vector width.
    "grouped": dict(vocab_size=61, hidden_size=40, num_hidden_layers=2, num_attention_heads=4,
                    num_key_value_heads=2, intermediate_size=52, max_position_embeddings=32,
                    rope_theta=10000.0, rms_norm_eps=1e-5, tie_word_embeddings=False),
    # Tied embeddings, one key/value head per head.
    "tied": dict(vocab_size=64, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
                 num_key_value_heads=2, intermediate_size=48, max_position_embeddings=32,
                 rope_theta=500000.0, rms_norm_eps=1e-6, tie_word_embeddings=True),
}
OPTIMIZER = dict(learning_rate=3e-3, beta1=0.9, beta2=0.95, eps=1e-8, weight_decay=0.1, clip_norm=1.0)
SCHEDULE = dict(warmup_steps=5, total_steps=20, final_fraction=0.1)
STEPS, BATCH, LENGTH = 20, 3, 17


def packed(array):
    array = np.ascontiguousarray(array)
    kind = "<i4" if array.dtype.kind == "i" else "<f4"
    return {"shape": list(array.shape), "data": base64.b64encode(array.astype(kind).tobytes()).decode()}


def rate(step):
    if step <= SCHEDULE["warmup_steps"]:
        return OPTIMIZER["learning_rate"] * step / SCHEDULE["warmup_steps"]
    progress = (step - SCHEDULE["warmup_steps"]) / (SCHEDULE["total_steps"] - SCHEDULE["warmup_steps"])
    cosine = 0.5 * (1 + np.cos(np.pi * min(1.0, progress)))
    floor = SCHEDULE["final_fraction"]
    return OPTIMIZER["learning_rate"] * (floor + (1 - floor) * cosine)


def make(name, sizes):
    torch.manual_seed(7)
    config = LlamaConfig(**sizes, attn_implementation="eager", use_cache=False)
    model = LlamaForCausalLM(config).to(torch.float32)
    with torch.no_grad():
        for tensor_name, tensor in model.named_parameters():
            # Larger than the usual start, so that errors show; norms away from one.
            tensor.normal_(1.0 if tensor.dim() == 1 else 0.0, 0.1)
    start = {n: p.detach().clone() for n, p in model.named_parameters()}
    tokens = torch.randint(0, sizes["vocab_size"], (STEPS, BATCH, LENGTH + 1))

    # Logits, loss and gradients in float64, the better oracle; the trajectory in float32, as trained.
    exact = LlamaForCausalLM(config).to(torch.float64)
    exact.load_state_dict({n: p.double() for n, p in model.state_dict().items()})
    ids, targets = tokens[0, :, :-1], tokens[0, :, 1:]
    logits = exact(ids).logits
    loss = torch.nn.functional.cross_entropy(logits.reshape(-1, sizes["vocab_size"]), targets.reshape(-1))
    loss.backward()
    gradients = {n: packed(p.grad.float().numpy()) for n, p in exact.named_parameters()}

    o = OPTIMIZER
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": o["weight_decay"]}, {"params": vectors, "weight_decay": 0.0}],
        lr=o["learning_rate"], betas=(o["beta1"], o["beta2"]), eps=o["eps"])
    losses, norms = [], []
    for step in range(1, STEPS + 1):
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        batch = tokens[step - 1]
        out = model(batch[:, :-1]).logits
        batch_loss = torch.nn.functional.cross_entropy(
            out.reshape(-1, sizes["vocab_size"]), batch[:, 1:].reshape(-1))
        optimizer.zero_grad()
        batch_loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(model.parameters(), o["clip_norm"])))
        losses.append(float(batch_loss.detach()))
        optimizer.step()

    golden = {
        "made_with": {"torch": torch.__version__, "transformers": transformers.__version__},
        "config": config.to_dict(),
        "optimizer": OPTIMIZER, "schedule": SCHEDULE,
        "tokens": packed(tokens.numpy()),
        "parameters": {n: packed(p.numpy()) for n, p in start.items()},
        "logits": packed(logits.detach().float().numpy()),
        "loss": float(loss.detach()),
        "gradients": gradients,
        "trajectory": {"losses": losses, "grad_norms": norms},
    }
    path = HERE / f"llama-{name}.golden.json"
    path.write_text(json.dumps(golden, default=str) + "\n")
    print(path.name, path.stat().st_size, losses[0], losses[-1])


for case, sizes in CASES.items():
    make(case, sizes)
