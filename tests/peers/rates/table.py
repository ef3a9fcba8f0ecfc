"""Writes schedules.txt and plateaus.txt: the learning rates of PyTorch's schedulers, for tests/rates_peers.rs.

Run it in this folder with PyTorch on a CPU: python table.py
The tests read the tables, and never run this.
"""

import math
import warnings

import torch
from torch.optim import lr_scheduler as s

POSITIONS = 60
INITIAL = 0.1

warnings.filterwarnings("ignore")

SCHEDULES = {
    "step 1 0.9": lambda o: s.StepLR(o, 1, 0.9),
    "step 7 0.5": lambda o: s.StepLR(o, 7, 0.5),
    "step 30 0.1": lambda o: s.StepLR(o, 30, 0.1),
    "multistep 10,25,40 0.1": lambda o: s.MultiStepLR(o, [10, 25, 40], 0.1),
    "multistep 1,2 0.7": lambda o: s.MultiStepLR(o, [1, 2], 0.7),
    "exponential 0.95": lambda o: s.ExponentialLR(o, 0.95),
    "exponential 1.02": lambda o: s.ExponentialLR(o, 1.02),
    "constant 0.25 12": lambda o: s.ConstantLR(o, 0.25, 12),
    "constant 0.5 60": lambda o: s.ConstantLR(o, 0.5, 60),
    "linear 0.25 1.0 20": lambda o: s.LinearLR(o, 0.25, 1.0, 20),
    "linear 1.0 0.1 59": lambda o: s.LinearLR(o, 1.0, 0.1, 59),
    "warmup 0.1 15": lambda o: s.LinearLR(o, 0.1, 1.0, 15),
    "exponential_warmup 0.01 20": lambda o: s.LambdaLR(o, lambda t: 0.01 ** (1 - min(t, 20) / 20)),
    "polynomial 1 59": lambda o: s.PolynomialLR(o, 59, 1.0),
    "polynomial 2 40": lambda o: s.PolynomialLR(o, 40, 2.0),
    "polynomial 0.5 50": lambda o: s.PolynomialLR(o, 50, 0.5),
    "cosine 59 0": lambda o: s.CosineAnnealingLR(o, 59),
    "cosine 60 0.01": lambda o: s.CosineAnnealingLR(o, 60, eta_min=0.01),
    "restarts 10 1 0": lambda o: s.CosineAnnealingWarmRestarts(o, 10),
    "restarts 5 2 0.001": lambda o: s.CosineAnnealingWarmRestarts(o, 5, T_mult=2, eta_min=0.001),
    "restarts 3 3 0": lambda o: s.CosineAnnealingWarmRestarts(o, 3, T_mult=3),
    "onecycle 0.5 60 cos": lambda o: s.OneCycleLR(o, 0.5, total_steps=60),
    "onecycle 0.5 60 linear": lambda o: s.OneCycleLR(o, 0.5, total_steps=60, anneal_strategy="linear"),
    "onecycle 0.5 60 cos three": lambda o: s.OneCycleLR(o, 0.5, total_steps=60, three_phase=True),
    "onecycle 0.5 60 linear three": lambda o: s.OneCycleLR(
        o, 0.5, total_steps=60, anneal_strategy="linear", three_phase=True
    ),
    "onecycle 1.0 80 cos 0.4 10 100": lambda o: s.OneCycleLR(
        o, 1.0, total_steps=80, pct_start=0.4, div_factor=10, final_div_factor=100
    ),
    "onecycle 1.0 61 linear 0.45 5 50 three": lambda o: s.OneCycleLR(
        o, 1.0, total_steps=61, pct_start=0.45, div_factor=5, final_div_factor=50,
        anneal_strategy="linear", three_phase=True,
    ),
    "lambda": lambda o: s.LambdaLR(o, lambda t: 1 / (1 + t)),
    "multiplicative": lambda o: s.MultiplicativeLR(o, lambda t: 0.97),
    "sequential warmup cosine": lambda o: s.SequentialLR(
        o, [s.LinearLR(o, 0.1, 1.0, 10), s.CosineAnnealingLR(o, 50)], [10]
    ),
    "sequential constant exponential": lambda o: s.SequentialLR(
        o, [s.ConstantLR(o, 0.1, 100), s.ExponentialLR(o, 0.9)], [20]
    ),
    "sequential three": lambda o: s.SequentialLR(
        o, [s.LinearLR(o, 0.5, 1.0, 5), s.StepLR(o, 4, 0.5), s.PolynomialLR(o, 30, 2.0)], [5, 25]
    ),
    "chained warmup exponential": lambda o: s.ChainedScheduler(
        [s.LinearLR(o, 0.1, 1.0, 10), s.ExponentialLR(o, 0.95)]
    ),
    "chained constant multistep": lambda o: s.ChainedScheduler(
        [s.ConstantLR(o, 0.5, 7), s.MultiStepLR(o, [15, 30], 0.2)]
    ),
}

MOMENTA = {
    "momentum 60 cos": lambda o: s.OneCycleLR(o, 0.5, total_steps=60),
    "momentum 60 linear": lambda o: s.OneCycleLR(o, 0.5, total_steps=60, anneal_strategy="linear"),
    "momentum 60 cos three": lambda o: s.OneCycleLR(o, 0.5, total_steps=60, three_phase=True),
    "momentum 60 linear 0.8 0.9": lambda o: s.OneCycleLR(
        o, 0.5, total_steps=60, anneal_strategy="linear", base_momentum=0.8, max_momentum=0.9
    ),
}


def bumpy(t):
    """A loss that falls, stalls, and is NaN once."""
    if t == 33:
        return math.nan
    return 1.0 / (1 + min(t, 12)) + 0.02 * ((t * 7) % 5) - 0.004 * max(t - 40, 0)


def flat(t):
    return 1.0 - 5e-5 * t


def rising(t):
    return min(t, 20) / 20 + 0.01 * ((t * 3) % 4)


PLATEAUS = {
    "flat min 0.1 10 rel 0.0001 0 0 1e-8": (flat, dict()),
    "flat min 0.5 2 abs 0.0001 0 0 1e-8": (flat, dict(factor=0.5, patience=2, threshold_mode="abs")),
    "bumpy min 0.5 3 rel 0.0001 0 0 1e-8": (bumpy, dict(factor=0.5, patience=3)),
    "bumpy min 0.5 0 rel 0.01 0 0.001 1e-8": (bumpy, dict(factor=0.5, patience=0, threshold=0.01, min_lr=0.001)),
    "bumpy min 0.3 2 abs 0.05 4 0 1e-8": (
        bumpy, dict(factor=0.3, patience=2, threshold=0.05, threshold_mode="abs", cooldown=4)
    ),
    "bumpy min 0.1 1 rel 0.0001 2 0 0.0005": (bumpy, dict(patience=1, cooldown=2, eps=5e-4)),
    "rising max 0.2 4 rel 0.001 0 0 1e-8": (
        rising, dict(mode="max", factor=0.2, patience=4, threshold=0.001)
    ),
    "rising max 0.5 3 abs 0.02 5 0.002 1e-8": (
        rising,
        dict(mode="max", factor=0.5, patience=3, threshold=0.02, threshold_mode="abs", cooldown=5, min_lr=0.002),
    ),
}


def sgd():
    parameter = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    return torch.optim.SGD([parameter], lr=INITIAL, momentum=0.9)


def walk(make, key):
    optimizer = sgd()
    scheduler = make(optimizer)
    values = []
    for _ in range(POSITIONS):
        values.append(optimizer.param_groups[0][key])
        optimizer.step()
        scheduler.step()
    return values


def walk_plateau(metric, settings):
    optimizer = sgd()
    scheduler = s.ReduceLROnPlateau(optimizer, **settings)
    metrics, values = [], []
    for t in range(POSITIONS):
        optimizer.step()
        metrics.append(metric(t))
        scheduler.step(metrics[-1])
        values.append(optimizer.param_groups[0]["lr"])
    return metrics, values


def line(name, *columns):
    return ": ".join([name, *(" ".join(repr(float(value)) for value in column) for column in columns)]) + "\n"


with open("schedules.txt", "w") as file:
    file.write(f"# torch {torch.__version__.split('+')[0]}, CPU, initial learning rate {INITIAL}\n")
    for name, make in SCHEDULES.items():
        file.write(line(name, walk(make, "lr")))
    for name, make in MOMENTA.items():
        file.write(line(name, walk(make, "momentum")))

with open("plateaus.txt", "w") as file:
    file.write(f"# torch {torch.__version__.split('+')[0]}, CPU, initial learning rate {INITIAL}: metrics, then rates\n")
    for name, (metric, settings) in PLATEAUS.items():
        file.write(line(name, *walk_plateau(metric, settings)))
