"""Makes *.golden.json: what transformers' models and torch's AdamW say about tiny models of every family.

Run by hand where torch and transformers are installed; the tests only read the JSON files.
  python3 make_models.py [case ...]
Arrays are base64 of little-endian float32 (int32 for tokens), so that a file is exact and small.
"""

import base64
import json
import pathlib
import sys

import numpy as np
import torch
import transformers
from transformers import (GPT2Config, GPT2LMHeadModel, GPTNeoXConfig, GPTNeoXForCausalLM, LlamaConfig,
                          LlamaForCausalLM)

HERE = pathlib.Path(__file__).parent

LLAMA = (LlamaConfig, LlamaForCausalLM)
GPT2 = (GPT2Config, GPT2LMHeadModel)
NEOX = (GPTNeoXConfig, GPTNeoXForCausalLM)
NO_DROPOUT = dict(resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)
SCALED = dict(vocab_size=37, hidden_size=24, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
              intermediate_size=28, max_position_embeddings=32, rms_norm_eps=1e-5, tie_word_embeddings=False)

CASES = {
    # Untied, grouped queries, odd sizes that are no multiple of any vector width.
    "llama-grouped": (*LLAMA, dict(vocab_size=61, hidden_size=40, num_hidden_layers=2, num_attention_heads=4,
                                   num_key_value_heads=2, intermediate_size=52, max_position_embeddings=32,
                                   rope_theta=10000.0, rms_norm_eps=1e-5, tie_word_embeddings=False)),
    # Tied embeddings, one key/value head per head.
    "llama-tied": (*LLAMA, dict(vocab_size=64, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
                                num_key_value_heads=2, intermediate_size=48, max_position_embeddings=32,
                                rope_theta=500000.0, rms_norm_eps=1e-6, tie_word_embeddings=True)),
    # Rope scaling of the three kinds; heads wider than hidden / heads; for dynamic a sequence past the trained 12.
    "llama-rope3": (*LLAMA, dict(**SCALED, head_dim=16, rope_parameters=dict(
        rope_type="llama3", rope_theta=10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=16))),
    "llama-linear": (*LLAMA, dict(**SCALED, rope_parameters=dict(
        rope_type="linear", rope_theta=10000.0, factor=4.0))),
    "llama-dynamic": (*LLAMA, dict(**{**SCALED, "max_position_embeddings": 12}, head_dim=8, rope_parameters=dict(
        rope_type="dynamic", rope_theta=10000.0, factor=2.0))),
    # GPT-2 with a narrow MLP (as rinna's xsmall, not 4x) and the tanh form of GELU; and with the exact one.
    "gpt2-tanh": (*GPT2, dict(vocab_size=53, n_embd=36, n_layer=2, n_head=3, n_positions=32, n_inner=52,
                              activation_function="gelu_new", **NO_DROPOUT)),
    "gpt2-exact": (*GPT2, dict(vocab_size=41, n_embd=32, n_layer=2, n_head=4, n_positions=24,
                               activation_function="gelu", **NO_DROPOUT)),
    # GPT-NeoX as EleutherAI trained it (parallel residual, a quarter rotary) and as rinna did.
    "neox-parallel": (*NEOX, dict(vocab_size=53, hidden_size=48, num_hidden_layers=2, num_attention_heads=3,
                                  intermediate_size=60, max_position_embeddings=32, rotary_pct=0.25,
                                  use_parallel_residual=True, hidden_act="gelu")),
    "neox-sequential": (*NEOX, dict(vocab_size=41, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
                                    intermediate_size=48, max_position_embeddings=32, rotary_pct=1.0,
                                    use_parallel_residual=False, hidden_act="gelu")),
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


# Cases that also have a Muon trajectory: one for each way of fusing query, key and value.
MUON_CASES = {"gpt2-tanh", "neox-sequential"}


def orthogonalize(x, steps=5):
    a, b, c = 3.4445, -4.775, 2.0315
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x


def blocks(name, x, heads):
    """A fused projection's query, key and value; views, so that writing to them writes to x."""
    if "c_attn" in name:
        return list(x.split(x.shape[1] // 3, 1))
    if "query_key_value" in name:
        split = x.view(heads, 3, -1, x.shape[1])
        return [split[:, part] for part in range(3)]
    return [x]


def muon_trajectory(model, tokens, heads):
    """Muon (momentum 0.95, Nesterov, 0.2 sqrt(max) scaling) on the matrices of the layers, AdamW on the rest."""
    o, losses, norms = OPTIMIZER, [], []
    inside = {n: p for n, p in model.named_parameters() if p.dim() == 2 and (".h." in n or ".layers." in n)}
    others = [p for n, p in model.named_parameters() if n not in inside]
    adamw = torch.optim.AdamW(
        [{"params": [p for p in others if p.dim() > 1], "weight_decay": o["weight_decay"]},
         {"params": [p for p in others if p.dim() == 1], "weight_decay": 0.0}],
        lr=o["learning_rate"], betas=(o["beta1"], o["beta2"]), eps=o["eps"])
    momentum = {n: torch.zeros_like(p) for n, p in inside.items()}
    for step in range(1, STEPS + 1):
        batch = tokens[step - 1]
        out = model(batch[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(out.reshape(-1, out.shape[-1]), batch[:, 1:].reshape(-1))
        model.zero_grad()
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(model.parameters(), o["clip_norm"])))
        losses.append(float(loss.detach()))
        for group in adamw.param_groups:
            group["lr"] = rate(step)
        adamw.step()
        with torch.no_grad():
            for n, p in inside.items():
                momentum[n].mul_(0.95).add_(p.grad)
                update = p.grad + 0.95 * momentum[n]
                p.mul_(1 - rate(step) * o["weight_decay"])
                for target, source in zip(blocks(n, p, heads), blocks(n, update, heads)):
                    flat = source.reshape(-1, source.shape[-1])
                    move = 0.2 * max(flat.shape) ** 0.5 * orthogonalize(flat)
                    target.sub_(rate(step) * move.reshape(source.shape))
    return {"losses": losses, "grad_norms": norms}


def checkpoint_name(name):
    """transformers 5 calls NeoX's head lm_head in memory; files call it embed_out."""
    return name.replace("lm_head.", "embed_out.")


def make(name, config_class, model_class, sizes):
    torch.manual_seed(7)
    config = config_class(**sizes, attn_implementation="eager", use_cache=False)
    model = model_class(config).to(torch.float32)
    with torch.no_grad():
        for tensor_name, tensor in model.named_parameters():
            # Larger than the usual start, so that errors show; norms away from one, biases from zero.
            tensor.normal_(1.0 if tensor.dim() == 1 and not tensor_name.endswith(".bias") else 0.0, 0.1)
    start = {n: p.detach().clone() for n, p in model.named_parameters()}
    tokens = torch.randint(0, sizes["vocab_size"], (STEPS, BATCH, LENGTH + 1))

    # Logits, loss and gradients in float64, the better oracle; the trajectory in float32, as trained.
    exact = model_class(config).to(torch.float64)
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

    rename = checkpoint_name if config.model_type == "gpt_neox" else str
    golden = {
        "made_with": {"torch": torch.__version__, "transformers": transformers.__version__},
        "config": config.to_dict(),
        "optimizer": OPTIMIZER, "schedule": SCHEDULE,
        "tokens": packed(tokens.numpy()),
        "parameters": {rename(n): packed(p.numpy()) for n, p in start.items()},
        "logits": packed(logits.detach().float().numpy()),
        "loss": float(loss.detach()),
        "gradients": {rename(n): g for n, g in gradients.items()},
        "trajectory": {"losses": losses, "grad_norms": norms},
    }
    if name in MUON_CASES:
        again = model_class(config).to(torch.float32)
        again.load_state_dict(start, strict=False)
        golden["muon"] = muon_trajectory(again, tokens, config.num_attention_heads)
    path = HERE / f"{name}.golden.json"
    path.write_text(json.dumps(golden, default=str) + "\n")
    print(path.name, path.stat().st_size, losses[0], losses[-1])


for case in sys.argv[1:] or CASES:
    make(case, *CASES[case])
