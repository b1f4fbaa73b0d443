"""The fused recurrences beside torch's own, one run, one and two threads.

``make bench`` prints the tables that docs/performance.md shows. Contestants take turns, so that
other load of the machine affects all of them alike. A time is the median of the repeats, a ratio
the median of the ratios within a repeat.

Each contestant has a process of its own, as a training has. In a shared process, memory that the
allocator kept from one network makes another up to twice as fast. A turn is one call untimed and
one timed, because a training makes its calls one after the other. Memory that lay idle during the
turns of others may have gone back to the machine, and fetching it anew is no part of a call.

Networks of a row have the same sizes, the same output layer and the same data, in single precision.
A call is a forward and a backward pass with gradients of all weights.
"""

import argparse
import math
import resource
import subprocess
import sys
import time

import numpy as np
import psutil
import torch

from firmsim.recurrent import Elman, Jordan

SHAPES = [(250, 2048, 1, 64), (125, 256, 42, 64), (2517, 431, 1, 32)]
"""(days, firms, d_in, hidden)."""

OUTPUTS = {1: 1, 42: 16}
"""Outputs by d_in: one for the forecast objective, sixteen for co-movement."""


class TorchElman(torch.nn.Module):
    """torch's own recurrence and an output layer."""

    def __init__(self, d_in, hidden, d_out):
        super().__init__()
        self.rnn = torch.nn.RNN(d_in, hidden)
        self.readout = torch.nn.Linear(hidden, d_out)

    def forward(self, x):
        """Outputs and hidden states."""
        h, _ = self.rnn(x)
        return self.readout(h), h


class PlainJordan(torch.nn.Module):
    """The Jordan equations written plainly: a loop over layers, gradients by autograd."""

    def __init__(self, d_in, hidden, d_out):
        super().__init__()
        self.W_h, self.U_h = torch.nn.Linear(d_in, hidden), torch.nn.Linear(hidden, hidden, False)
        self.W_ss, self.W_sy = (
            torch.nn.Linear(hidden, hidden),
            torch.nn.Linear(d_out, hidden, False),
        )
        self.W_y = torch.nn.Linear(hidden, d_out)

    def forward(self, x):
        """Outputs and hidden layer."""
        s = x.new_zeros(x.shape[1], self.W_ss.out_features)
        y = x.new_zeros(x.shape[1], self.W_y.out_features)
        outputs, hidden = [], []
        for x_t in x:
            s = torch.tanh(self.W_ss(s) + self.W_sy(y))
            h = torch.tanh(self.U_h(s) + self.W_h(x_t))
            y = self.W_y(h)
            outputs.append(y)
            hidden.append(h)
        return torch.stack(outputs), torch.stack(hidden)


def products(shape, d_out, jordan):
    """Return a call that makes the matrix products of forward and backward, all days at once."""
    days, firms, d_in, hidden = shape
    rows = days * firms
    layers = [(d_in, hidden, False), (hidden, hidden, True), (hidden, d_out, True)]
    if jordan:
        layers += [(hidden, hidden, True), (d_out, hidden, True)]
    widest = max(d_in, hidden, d_out)
    left, right, out = (torch.randn(rows * widest) for _ in range(3))

    def call():
        for entering, leaving, back in layers:
            x, delta = (
                left[: rows * entering].view(rows, -1),
                right[: rows * leaving].view(rows, -1),
            )
            weight = torch.ones(leaving, entering)
            torch.mm(x, weight.T, out=out[: rows * leaving].view(rows, -1))
            if back:
                torch.mm(delta, weight, out=out[: rows * entering].view(rows, -1))
            torch.mm(delta.T, x)

    return call


MODELS = {
    "torch.nn.RNN": TorchElman,
    "Elman": Elman,
    "Jordan": Jordan,
    "plain Jordan loop": PlainJordan,
}
"""Networks by the names in the tables."""


def trained(name, shape, d_out):
    """Return a call that passes forward and backward through one of the networks."""
    torch.manual_seed(0)
    days, firms, d_in, hidden = shape
    x, grad = torch.randn(days, firms, d_in), torch.randn(days, firms, d_out)
    model = MODELS[name](d_in, hidden, d_out)

    def call():
        model.zero_grad()
        model(x)[0].backward(grad)

    return call


PRODUCTS = ("Elman's products", "Jordan's products")
"""The ceilings: what the machine takes for the matrix products alone."""


def contestant(name, shape, d_out):
    """Return the call that is timed."""
    if name in PRODUCTS:
        return products(shape, d_out, jordan=name.startswith("Jordan"))
    return trained(name, shape, d_out)


class Worker:
    """A contestant in a process of its own, which runs once for every line it is sent."""

    def __init__(self, name, shape, d_out, threads):
        command = [sys.executable, __file__, "--threads", str(threads), "--worker", name]
        self.process = subprocess.Popen(
            [*command, *map(str, (*shape, d_out))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.memory = float(self.process.stdout.readline())
        self.seconds = []

    def run(self):
        """Take a turn."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.seconds.append(float(self.process.stdout.readline()))

    def close(self):
        """End the process."""
        self.process.stdin.close()
        self.process.wait()


def work(name, shape, d_out):
    """Print by how many megabytes the first call raises this process; then time call by call."""
    call = contestant(name, shape, d_out)
    before = psutil.Process().memory_info().rss
    call()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print((peak - before) / 2**20, flush=True)
    for _ in sys.stdin:
        call()
        start = time.perf_counter()
        call()
        print(time.perf_counter() - start, flush=True)


def timed(names, shape, d_out, threads, repeats):
    """Seconds of each repeat and megabytes, by contestant."""
    workers = {name: Worker(name, shape, d_out, threads) for name in names}
    for _ in range(repeats):
        for worker in workers.values():
            worker.run()
    for worker in workers.values():
        worker.close()
    return {name: (np.array(worker.seconds), worker.memory) for name, worker in workers.items()}


def slope(sizes, seconds):
    """Exponent of the time in a size: slope of the logarithms."""
    return np.polyfit(np.log(sizes), np.log(seconds), 1)[0]


def print_ratios(threads, repeats):
    """Print the table of ratios for one number of threads; return the memory of each network."""
    print(f"\nForward and backward, {threads} thread{'s' * (threads > 1)}, median of {repeats}\n")
    print(
        "| days, firms, d_in, hidden | torch.nn.RNN (ms) | Elman (ms) | Jordan (ms) "
        "| plain Jordan loop (ms) | Elman: times faster than nn.RNN | Jordan: than the plain loop "
        "| Jordan: than nn.RNN | Elman: share of ceiling | Jordan: share of ceiling "
        "| nn.RNN: share of ceiling |"
    )
    print("|---" * 11 + "|")
    memory = {}
    for shape in SHAPES:
        measured = timed((*MODELS, *PRODUCTS), shape, OUTPUTS[shape[2]], threads, repeats)
        memory[shape] = [measured[name][1] for name in MODELS]

        def ratio(slow, fast, measured=measured):
            return f"{np.median(measured[slow][0] / measured[fast][0]):.2f}"

        row = [", ".join(map(str, shape))]
        row += [f"{1e3 * np.median(measured[name][0]):.0f}" for name in MODELS]
        row += [
            ratio("torch.nn.RNN", "Elman"),
            ratio("plain Jordan loop", "Jordan"),
            ratio("torch.nn.RNN", "Jordan"),
            ratio("Elman's products", "Elman"),
            ratio("Jordan's products", "Jordan"),
            ratio("Elman's products", "torch.nn.RNN"),
        ]
        print("| " + " | ".join(row) + " |", flush=True)
    return memory


def print_memory(memory):
    """Print the table of peak memory."""
    print("\nPeak memory of one forward and backward pass (MB)\n")
    print("| days, firms, d_in, hidden | hidden states | " + " | ".join(MODELS) + " |")
    print("|---" * 6 + "|")
    for shape, peaks in memory.items():
        states = 4 * math.prod((shape[0], shape[1], shape[3])) / 2**20
        row = [", ".join(map(str, shape)), f"{states:.0f}", *(f"{peak:.0f}" for peak in peaks)]
        print("| " + " | ".join(row) + " |")


def print_slopes(repeats):
    """Print how the time grows with each size."""
    names = ("torch.nn.RNN", "Elman", "Jordan")
    print("\nHow time grows: exponent of time in each size, around (125, 512, 8, 64), one thread\n")
    print("| size | from, to | " + " | ".join(names) + " |")
    print("|---" * 5 + "|")
    base = {"days": 125, "firms": 512, "d_in": 8, "hidden": 64}
    for size, values in {
        "days": [60, 125, 250, 500],
        "firms": [128, 256, 512, 1024],
        "hidden": [32, 64, 128, 256],
    }.items():
        runs = [
            timed(names, tuple((base | {size: value}).values()), 4, 1, repeats) for value in values
        ]
        slopes = [
            f"{slope(values, [np.median(run[name][0]) for run in runs]):.2f}" for name in names
        ]
        print(f"| {size} | {values[0]}, {values[-1]} | " + " | ".join(slopes) + " |", flush=True)


def main():
    """Print all tables, or work for the process that does."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--worker", nargs=6, help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.worker:
        name, *sizes, d_out = options.worker
        work(name, tuple(map(int, sizes)), int(d_out))
        return
    memory = print_ratios(1, options.repeats)
    print_ratios(2, options.repeats)
    print_memory(memory)
    print_slopes(options.repeats)


if __name__ == "__main__":
    main()
