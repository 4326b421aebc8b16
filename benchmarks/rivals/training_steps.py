"""Training steps of a ReLU network as a PyTorch user writes them, on the processor.

  python3 training_steps.py [-w 784,512,512,10] [-b BATCH] [-s STEPS] [-t THREADS] [-r ROUNDS]     times itself

`lamina bench --rivals torch` starts it with --serve, to run it in turn with Lamina. It then prints its versions and
answers each line of standard input with one line:

  load W0,W1,...,WL BATCH STEPS THREADS   makes the network and STEPS * BATCH random examples
  run                                     trains one epoch with SGD and momentum, answers the seconds
"""

import argparse
import os
import statistics
import sys
import time

# The threads of OpenBLAS and those of PyTorch get in each other's way: steps are three times as fast with PyTorch's alone.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

try:
    import torch
except ImportError:
    sys.exit("PyTorch is missing (pip install torch, or the Debian package python3-torch)")


class Work:
    """A network, its optimiser and its examples, uniform in [0, 1) with random labels."""

    def __init__(self, widths, batch, steps, threads):
        torch.set_num_threads(threads)
        torch.manual_seed(1)
        self.batch = batch
        self.x = torch.rand(batch * steps, widths[0])
        self.y = torch.randint(widths[-1], (batch * steps,))
        layers = []
        for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            layers.append(torch.nn.Linear(inputs, outputs))
            if i < len(widths) - 2:
                layers.append(torch.nn.ReLU())
        self.model = torch.nn.Sequential(*layers)
        self.optimiser = torch.optim.SGD(self.model.parameters(), lr=1e-3, momentum=0.9)

    def epoch(self):
        """Draws batches without replacement, as Lamina does; returns the seconds."""
        start = time.perf_counter()
        order = torch.randperm(len(self.x))
        for i in range(0, len(self.x), self.batch):
            chosen = order[i : i + self.batch]
            loss = torch.nn.functional.cross_entropy(self.model(self.x[chosen]), self.y[chosen])
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            self.optimiser.step()
        return time.perf_counter() - start


def versions():
    """Names what multiplies: Debian's PyTorch takes whichever libblas.so.3 the system offers."""
    blas = "MKL" if torch.backends.mkl.is_available() else ""
    if not blas:
        with open("/proc/self/maps") as maps:
            paths = {line.split()[-1] for line in maps if "blas" in line.rsplit("/", 1)[-1]}
        blas = ", ".join("/".join(path.split("/")[-2:]) for path in sorted(paths))
    return "PyTorch {}, {}, threads: {}, OPENBLAS_NUM_THREADS={}".format(
        torch.__version__, blas or "unknown BLAS", torch.get_num_threads(), os.environ["OPENBLAS_NUM_THREADS"]
    )


def integers(text):
    return [int(word) for word in text.split(",")]


def serve():
    work = None
    for line in sys.stdin:
        word = line.split()
        if word[0] == "load":
            work = Work(integers(word[1]), int(word[2]), int(word[3]), int(word[4]))
            print("loaded", flush=True)
        elif word[0] == "run":
            print(work.epoch(), flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "-w", "--widths", type=integers, default=[784, 512, 512, 10], help="inputs, layers, outputs"
    )
    parser.add_argument("-b", "--batch", type=int, default=128, help="examples per step (128)")
    parser.add_argument("-s", "--steps", type=int, default=100, help="steps per round (100)")
    parser.add_argument("-t", "--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("-r", "--rounds", type=int, default=5, help="counted rounds (5)")
    parser.add_argument("--serve", action="store_true", help="answer requests on standard input")
    options = parser.parse_args()
    print(versions(), flush=True)
    if options.serve:
        serve()
        return
    work = Work(options.widths, options.batch, options.steps, options.threads)
    micros = [1e6 * work.epoch() / options.steps for _ in range(options.rounds + 1)][1:]
    print(
        "{} batch {} float32, {} threads: median {:.0f} µs a step, {:.0f} to {:.0f} µs".format(
            "-".join(map(str, options.widths)),
            options.batch,
            options.threads,
            statistics.median(micros),
            min(micros),
            max(micros),
        )
    )


main()
