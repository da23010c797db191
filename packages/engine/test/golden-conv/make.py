"""Convolutions of PyTorch in float64, in its own layout (channels first): values and gradients of every operand.

    python make.py    (torch 2.x; writes conv.golden.json beside this file)
"""
import base64
import json
import pathlib

import torch
from torch.nn import functional as F

# kind, input, kernel, options; in the manner of the models named.
CASES = {
    "patches of CLIP": ("conv", [2, 3, 9, 10], [5, 3, 4, 4], dict(stride=4, bias=False)),
    "3x3 of a UNet": ("conv", [2, 4, 5, 6], [6, 4, 3, 3], dict(padding=1)),
    "downsampling of a UNet": ("conv", [1, 4, 6, 7], [4, 4, 3, 3], dict(stride=2, padding=1)),
    "first layer of HuBERT": ("conv", [2, 1, 33], [4, 1, 10], dict(stride=5, bias=False)),
    "positions of HuBERT": ("conv", [1, 8, 11], [8, 2, 6], dict(padding=3, groups=4)),
    "dilated": ("conv", [1, 3, 12], [5, 3, 3], dict(dilation=3, padding=2)),
    "unequal axes": ("conv", [1, 2, 7, 8], [3, 2, 2, 3], dict(stride=(2, 1), padding=(1, 2), dilation=(1, 2))),
    "depthwise": ("conv", [2, 5, 6, 6], [5, 1, 3, 3], dict(padding=1, groups=5)),
    "transposed": ("transposed", [1, 4, 5, 4], [4, 3, 3, 3], dict(stride=2, padding=1, output_padding=1)),
    "transposed, grouped and dilated": ("transposed", [2, 4, 6], [4, 1, 3], dict(stride=3, dilation=2, groups=2)),
}


def packed(tensor):
    data = tensor.detach().to(torch.float32).contiguous().numpy().tobytes()
    return {"shape": list(tensor.shape), "data": base64.b64encode(data).decode()}


def main():
    torch.manual_seed(39)
    out = {"torch": torch.__version__, "cases": {}}
    for name, (kind, x_shape, w_shape, options) in CASES.items():
        # Values that float32 holds exactly, so that both sides begin with the same numbers.
        make = lambda shape: torch.randn(shape).to(torch.float64).requires_grad_()
        options = dict(options)
        has_bias = options.pop("bias", True)
        channels = w_shape[0] if kind == "conv" else w_shape[1] * options.get("groups", 1)
        x, w = make(x_shape), make(w_shape)
        bias = make([channels]) if has_bias else None
        spatial = len(x_shape) - 2
        call = {("conv", 1): F.conv1d, ("conv", 2): F.conv2d}
        call.update({("transposed", 1): F.conv_transpose1d, ("transposed", 2): F.conv_transpose2d})
        y = call[kind, spatial](x, w, bias, **options)
        g = torch.randn(y.shape).to(torch.float64)
        y.backward(g)
        tensors = {"x": x, "w": w, "y": y, "g": g, "dx": x.grad, "dw": w.grad}
        if has_bias:
            tensors.update(bias=bias, dbias=bias.grad)
        out["cases"][name] = {
            "kind": kind,
            "options": {k: list(v) if isinstance(v, tuple) else v for k, v in options.items()},
            "tensors": {key: packed(value) for key, value in tensors.items()},
        }
    path = pathlib.Path(__file__).parent / "conv.golden.json"
    path.write_text(json.dumps(out, indent=1) + "\n")


main()
