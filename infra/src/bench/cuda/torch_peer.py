"""PyTorch on the same GPU, with the inputs of the engine's speed cases. Every function gives milliseconds (the
median of event times, or of whole steps) and a sum of squares of the result, or the loss of the first step."""
import math
import time

import torch
import torch.nn.functional as F

torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
BF16, GPU = torch.bfloat16, "cuda"


def wave(*shape):
    count = math.prod(shape)
    x = torch.sin(torch.arange(count, device=GPU, dtype=torch.float64)) / 8
    return x.float().reshape(shape)


def median(values):
    values = sorted(values)
    return values[len(values) // 2]


def timed(body, runs=15):
    for _ in range(5):
        body()
    times = []
    for _ in range(runs):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        body()
        end.record()
        end.synchronize()
        times.append(begin.elapsed_time(end))
    return median(times)


def squares(*tensors):
    return sum(float((t.float() ** 2).sum()) for t in tensors)


def version(_):
    return torch.__version__


def gemm(a):
    n = a["n"]
    x, y = wave(n, n).to(BF16), wave(n, n).to(BF16)
    out = torch.empty(n, n, device=GPU, dtype=BF16)
    ms = timed(lambda: torch.mm(x, y.t(), out=out))
    return {"milliseconds": ms, "check": squares(out)}


def attention(a):
    b, t, h, d = a["batch"], a["length"], a["heads"], a["size"]
    q, k, v = (wave(b, t, h, d).to(BF16).transpose(1, 2).requires_grad_() for _ in range(3))
    forward = lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True)
    if not a["backward"]:
        with torch.no_grad():
            return {"milliseconds": timed(forward), "check": squares(forward())}
    o, g = forward(), wave(b, t, h, d).to(BF16).transpose(1, 2)
    back = lambda: torch.autograd.grad(o, (q, k, v), g, retain_graph=True)
    return {"milliseconds": timed(back), "check": squares(*back())}


class Block(torch.nn.Module):
    """Weights are [in, out] for GPT-2 and [out, in] for Llama, as in Hugging Face's files."""

    def __init__(self, c):
        super().__init__()
        self.c = c
        d, f, h = c["hiddenSize"], c["intermediateSize"], c["heads"]
        shapes = (
            {"n1": (d,), "b1": (d,), "qkv": (d, 3 * d), "qkv_b": (3 * d,), "o": (d, d), "o_b": (d,), "n2": (d,),
             "b2": (d,), "up": (d, f), "up_b": (f,), "down": (f, d), "down_b": (d,)}
            if c["family"] == "gpt2"
            else {"n1": (d,), "q": (d, d), "k": (d, d), "v": (d, d), "o": (d, d), "n2": (d,), "gate": (f, d),
                  "up": (f, d), "down": (d, f)}
        )
        for name, shape in shapes.items():
            setattr(self, name, torch.nn.Parameter(initial(name, shape)))
        self.size = d // h

    def forward(self, x, rope):
        c, (b, t, d) = self.c, x.shape
        split = lambda y: y.view(b, t, c["heads"], self.size).transpose(1, 2)
        if c["family"] == "gpt2":
            h = F.layer_norm(x, (d,), self.n1, self.b1)
            q, k, v = map(split, F.linear(h, self.qkv.t(), self.qkv_b).split(d, 2))
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(b, t, d)
            x = x + F.linear(y, self.o.t(), self.o_b)
            h = F.layer_norm(x, (d,), self.n2, self.b2)
            h = F.gelu(F.linear(h, self.up.t(), self.up_b), approximate="tanh")
            return x + F.linear(h, self.down.t(), self.down_b)
        cos, sin = rope
        turn = lambda y: y * cos + torch.cat((-y[..., self.size // 2 :], y[..., : self.size // 2]), -1) * sin
        h = F.rms_norm(x, (d,), self.n1, 1e-6)
        q, k, v = (split(F.linear(h, w)) for w in (self.q, self.k, self.v))
        y = F.scaled_dot_product_attention(turn(q).to(v.dtype), turn(k).to(v.dtype), v, is_causal=True)
        x = x + F.linear(y.transpose(1, 2).reshape(b, t, d), self.o)
        h = F.rms_norm(x, (d,), self.n2, 1e-6)
        return x + F.linear(F.silu(F.linear(h, self.gate)) * F.linear(h, self.up), self.down)


def initial(name, shape):
    if len(shape) == 1:
        return torch.ones(shape, device=GPU) if name.startswith("n") else torch.zeros(shape, device=GPU)
    i = torch.arange(1 << 16, dtype=torch.float64)
    pattern = (0.03 * torch.sin(i * 1.7 + torch.sin(i))).float().to(GPU)
    count = math.prod(shape)
    return pattern.repeat(-(-count // pattern.numel()))[:count].reshape(shape).clone()


class Model(torch.nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c, d = c, c["hiddenSize"]
        self.wte = torch.nn.Parameter(initial("wte", (c["vocabSize"], d)))
        if c["family"] == "gpt2":
            self.wpe = torch.nn.Parameter(initial("wpe", (c["maxPositions"], d)))
            self.bf = torch.nn.Parameter(initial("bf", (d,)))
        self.nf = torch.nn.Parameter(initial("nf", (d,)))
        if not c["tieEmbeddings"]:
            self.head = torch.nn.Parameter(initial("head", (c["vocabSize"], d)))
        self.blocks = torch.nn.ModuleList([Block(c) for _ in range(c["layers"])])

    def forward(self, ids, targets):
        c, t = self.c, ids.shape[1]
        x, rope = F.embedding(ids, self.wte), None
        if c["family"] == "gpt2":
            x = x + self.wpe[:t]
        else:
            half = c["hiddenSize"] // c["heads"] // 2
            angle = torch.arange(t, device=GPU)[:, None] / 10000 ** (torch.arange(half, device=GPU) / half)
            rope = (torch.cat((angle, angle), -1).cos(), torch.cat((angle, angle), -1).sin())
        for block in self.blocks:
            x = block(x, rope)
        d = (c["hiddenSize"],)
        x = F.layer_norm(x, d, self.nf, self.bf) if c["family"] == "gpt2" else F.rms_norm(x, d, self.nf, 1e-6)
        logits = F.linear(x, self.wte if c["tieEmbeddings"] else self.head)
        return F.cross_entropy(logits.view(-1, logits.shape[-1]).float(), targets.view(-1))


def train(a):
    c = {"family": "llama", **a["config"]}
    b, t = a["batchSize"], a["sequenceLength"]
    model = Model(c)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), eps=1e-8, fused=True)
    compiled = torch.compile(model)
    ids = (torch.arange(b * t, device=GPU) * 7919 % c["vocabSize"]).view(b, t)
    times, first = [], None
    for step in range(12):
        torch.cuda.synchronize()
        start = time.perf_counter()
        with torch.autocast(GPU, dtype=BF16):
            loss = compiled(ids, ids)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        torch.cuda.synchronize()
        times.append(1000 * (time.perf_counter() - start))
        first = float(loss) if step == 0 else first
    del model, compiled, optimiser
    torch.cuda.empty_cache()
    return {"milliseconds": median(times[4:]), "check": first}
