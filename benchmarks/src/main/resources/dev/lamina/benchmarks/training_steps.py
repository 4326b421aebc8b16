"""Training steps of a ReLU network as a PyTorch user writes them, timed on request.

Reads one request a line from standard input:
  load W0,W1,...,WL BATCH STEPS THREADS   makes the network and STEPS * BATCH random examples
  run                                     trains one epoch with SGD and momentum, answers the seconds
"""

import sys
import time

import torch


def network(widths):
    layers = []
    for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        layers.append(torch.nn.Linear(inputs, outputs))
        if i < len(widths) - 2:
            layers.append(torch.nn.ReLU())
    return torch.nn.Sequential(*layers)


def epoch(model, optimiser, x, y, batch):
    order = torch.randperm(len(x))
    for i in range(0, len(x), batch):
        chosen = order[i : i + batch]
        loss = torch.nn.functional.cross_entropy(model(x[chosen]), y[chosen])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()


def blas():
    """Names what multiplies: Debian's PyTorch takes whichever libblas.so.3 the system offers."""
    if torch.backends.mkl.is_available():
        return "MKL"
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps if "blas" in line.rsplit("/", 1)[-1]}
    return ", ".join("/".join(path.split("/")[-2:]) for path in sorted(paths)) or "unknown BLAS"


def main():
    print("PyTorch {}, {}".format(torch.__version__, blas()), flush=True)
    for line in sys.stdin:
        word = line.split()
        if word[0] == "load":
            widths = [int(w) for w in word[1].split(",")]
            batch, steps = int(word[2]), int(word[3])
            torch.set_num_threads(int(word[4]))
            torch.manual_seed(1)
            x = torch.rand(batch * steps, widths[0])
            y = torch.randint(widths[-1], (batch * steps,))
            model = network(widths)
            optimiser = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)
            print("loaded", flush=True)
        elif word[0] == "run":
            start = time.perf_counter()
            epoch(model, optimiser, x, y, batch)
            print(time.perf_counter() - start, flush=True)


main()
