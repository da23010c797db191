"""PyTorch's side of a training bench: the GPT of gpt-shape.ts, eager or compiled, whichever is faster here."""

import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.ln_1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.ln_2 = nn.LayerNorm(width)
        self.fc = nn.Linear(width, 4 * width)
        self.out = nn.Linear(4 * width, width)

    def forward(self, x):
        n, t, c = x.shape
        q, k, v = (y.view(n, t, self.heads, -1).transpose(1, 2) for y in self.qkv(self.ln_1(x)).split(c, dim=2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).reshape(n, t, c))
        return x + self.out(F.gelu(self.fc(self.ln_2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.wte = nn.Embedding(s["vocab"], s["width"])
        self.wpe = nn.Embedding(s["length"], s["width"])
        self.h = nn.ModuleList(Block(s["width"], s["heads"]) for _ in range(s["layers"]))
        self.ln_f = nn.LayerNorm(s["width"])

    def forward(self, ids, targets):
        x = self.wte(ids) + self.wpe.weight
        for block in self.h:
            x = block(x)
        logits = F.linear(self.ln_f(x), self.wte.weight)
        return F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1))


state = {}


def load():
    """The weights file's order is that of the modules above."""
    weights = torch.from_numpy(np.fromfile(state["weights"], dtype=np.float32))
    at = 0
    with torch.no_grad():
        for p in state["model"].parameters():
            p.copy_(weights[at : at + p.numel()].view_as(p))
            at += p.numel()
    assert at == weights.numel()
    a = state["adamw"]
    state["optimizer"] = torch.optim.AdamW(
        state["model"].parameters(), lr=a["learningRate"], betas=(a["beta1"], a["beta2"]), eps=a["eps"],
        weight_decay=0.0, fused=True,
    )


def step():
    loss = state["forward"](state["ids"], state["targets"])
    state["optimizer"].zero_grad(set_to_none=True)
    loss.backward()
    state["optimizer"].step()
    return loss.item()


def setup(argument):
    torch.set_num_threads(argument["threads"])
    s = argument["shape"]
    state["weights"], state["adamw"] = argument["weights"], argument["adamw"]
    tokens = torch.tensor(argument["tokens"], dtype=torch.long).view(s["batch"], s["length"] + 1)
    state["ids"], state["targets"] = tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous()
    state["tokens"] = s["batch"] * s["length"]
    state["model"] = Gpt(s)
    forms = {"eager": state["model"], "torch.compile": torch.compile(state["model"])}
    speeds = {}
    for name, forward in forms.items():
        state["forward"] = forward
        load()
        try:
            for _ in range(3):
                step()
            speeds[name] = measure(argument["milliseconds"])["perCpuSecond"]
        except Exception as error:  # a machine without a C++ compiler has only the eager form
            print(f"{name}: {error}")
    best = max(speeds, key=speeds.get)
    state["forward"] = forms[best]
    return {"form": best, "version": torch.__version__, "speeds": speeds}


def losses(count):
    load()
    return [step() for _ in range(count)]


def measure(milliseconds):
    wall, cpu, done = time.perf_counter(), time.process_time(), 0
    while True:
        step()
        done += state["tokens"]
        if (time.perf_counter() - wall) * 1000 >= milliseconds:
            break
    return {"perSecond": done / (time.perf_counter() - wall), "perCpuSecond": done / (time.process_time() - cpu)}
