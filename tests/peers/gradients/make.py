"""Writes values.txt: what PyTorch computes for the gradients and parameters that tests/gradients_*.rs and tests/weights_*.rs use.

python3 -m venv venv && venv/bin/pip install torch && venv/bin/python tests/peers/gradients/make.py > tests/peers/gradients/values.txt
Each line has a name and numbers. All are computed in float64.
"""

import torch
from torch.optim.swa_utils import SWALR, AveragedModel, get_ema_multi_avg_fn

GRADIENTS = [[3.0, -4.0, 0.5], [12.0, -0.25]]
INF = float("inf")


def line(name, values):
    print(name, *(repr(float(value)) for value in values))


def parameters():
    tensors = [torch.nn.Parameter(torch.zeros(len(each), dtype=torch.float64)) for each in GRADIENTS]
    for tensor, gradient in zip(tensors, GRADIENTS):
        tensor.grad = torch.tensor(gradient, dtype=torch.float64)
    return tensors


def flat(tensors):
    return torch.cat([tensor.grad for tensor in tensors])


def clip():
    for p in (1.0, 2.0, 3.0, INF):
        for limit in (0.0, 1.0, 13.0, 100.0):
            tensors = parameters()
            norm = torch.nn.utils.clip_grad_norm_(tensors, limit, norm_type=p)
            line(f"clip_norm_{p:g}_{limit:g}", [norm, *flat(tensors)])
    for limit in (0.0, 0.3, 5.0):
        tensors = parameters()
        torch.nn.utils.clip_grad_value_(tensors, limit)
        line(f"clip_value_{limit:g}", flat(tensors))
    tensors = parameters()
    for tensor in tensors:
        torch.nn.utils.clip_grad_norm_([tensor], 2.0)
    line("clip_tensors_2", flat(tensors))


def scale():
    """The scale after each update; 1 in `overflows` is an update whose gradients are infinite."""
    overflows = [0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0]
    tensor = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([tensor], lr=1.0)
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_factor=3.0, backoff_factor=0.25, growth_interval=2)
    scales = []
    for overflow in overflows:
        scaler.scale(torch.zeros(1))
        tensor.grad = torch.tensor([INF if overflow else 1.0])
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
    line("overflows", overflows)
    line("scales", scales)
    line("parameter", tensor.detach())
    scaler = torch.amp.GradScaler("cpu", init_scale=1e38, growth_factor=2.0, growth_interval=1)
    scales = []
    for _ in range(3):
        scaler.scale(torch.zeros(1))
        tensor.grad = torch.tensor([1.0])
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
    line("largest_scales", scales)


WALK = [0.3, -1.0, 2.5, 2.25, 7.0, -3.5]


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.place = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))


def averages():
    model = Model()
    line("walk", WALK)
    for decay in (0.5, 0.9, 0.999):
        average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay))
        places = []
        for place in WALK:
            model.place.data.fill_(place)
            average.update_parameters(model)
            places.append(average.module.place.item())
        line(f"ema_{decay:g}", places)
    average = AveragedModel(model)
    places = []
    for place in WALK:
        model.place.data.fill_(place)
        average.update_parameters(model)
        places.append(average.module.place.item())
    line("swa", places)


def swa_rates():
    for strategy in ("cos", "linear"):
        for epochs in (0, 1, 4):
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
            schedule = SWALR(optimizer, swa_lr=0.02, anneal_epochs=epochs, anneal_strategy=strategy)
            rates = []
            for _ in range(6):
                optimizer.step()
                schedule.step()
                rates.append(optimizer.param_groups[0]["lr"])
            line(f"swalr_{strategy}_{epochs}", rates)


def decay():
    """The decoupled decay alone: the gradients are zero."""
    parameter = torch.nn.Parameter(torch.tensor([2.0, -3.0], dtype=torch.float64))
    optimizer = torch.optim.AdamW([parameter], lr=0.1, weight_decay=0.5)
    places = []
    for _ in range(3):
        parameter.grad = torch.zeros(2, dtype=torch.float64)
        optimizer.step()
        places.extend(parameter.detach().tolist())
    line("adamw_decay", places)


clip()
scale()
averages()
swa_rates()
decay()
