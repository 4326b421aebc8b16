"""NNGP and tangent kernel of a ReLU network as a NumPy user writes them: one N x N operation after the other.

  python3 fc_kernels.py [-n N] [-d D] [-l LAYERS] [-r ROUNDS]     times itself on random inputs

`lamina bench --rivals numpy` starts it with --serve, to run it in turn with Lamina. It then prints its versions and
answers each line of standard input with one line:

  load N D PATH   maps N x D float32 values
  run LAYERS      computes both kernels, answers the seconds
  entry I J       answers the entries of both kernels of the last run
"""

import argparse
import os
import statistics
import sys
import time

try:
    import numpy as np
except ImportError:
    sys.exit("NumPy is missing (pip install numpy, or the Debian package python3-numpy)")


def relu_kernels(x, layers, weight_variance=2.0):
    """Cho and Saul's recursion for the NNGP kernel, Jacot's for the tangent kernel; no biases."""
    k = (weight_variance / x.shape[1]) * (x @ x.T)
    t = k.copy()
    for _ in range(layers):
        q = np.sqrt(np.diag(k))
        s = np.outer(q, q)
        c = np.clip(k / s, -1, 1)
        theta = np.arccos(c)
        k = (weight_variance / (2 * np.pi)) * s * (np.sqrt(1 - c * c) + (np.pi - theta) * c)
        t = k + (weight_variance / (2 * np.pi)) * (np.pi - theta) * t
    return k, t


def versions():
    try:
        blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        name = "{} {}".format(blas["name"], blas["version"])
    except (TypeError, KeyError):  # before NumPy 1.25
        name = "unknown BLAS"
    threads = os.environ.get("OPENBLAS_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS")
    return "NumPy {}, {}, threads: {}".format(np.__version__, name, threads or "as many as the BLAS takes")


def timed(x, layers):
    start = time.perf_counter()
    kernels = relu_kernels(x, layers)
    return time.perf_counter() - start, kernels


def serve():
    x = k = t = None
    for line in sys.stdin:
        word = line.rstrip("\n").split(" ", 3)
        if word[0] == "load":
            x = np.fromfile(word[3], dtype=np.float32).reshape(int(word[1]), int(word[2]))
            print("loaded", flush=True)
        elif word[0] == "run":
            k = t = None  # the memory of the last run is free for this one
            seconds, (k, t) = timed(x, int(word[1]))
            print(seconds, flush=True)
        elif word[0] == "entry":
            i, j = int(word[1]), int(word[2])
            print(repr(float(k[i, j])), repr(float(t[i, j])), flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-n", type=int, default=2048, help="inputs (2048)")
    parser.add_argument("-d", type=int, default=784, help="features of an input (784)")
    parser.add_argument("-l", "--layers", type=int, default=5, help="hidden layers (5)")
    parser.add_argument("-r", "--rounds", type=int, default=5, help="counted rounds (5)")
    parser.add_argument("--serve", action="store_true", help="answer requests on standard input")
    options = parser.parse_args()
    print(versions(), flush=True)
    if options.serve:
        serve()
        return
    x = np.random.default_rng(1).random((options.n, options.d), dtype=np.float32)
    seconds = [timed(x, options.layers)[0] for _ in range(options.rounds + 1)][1:]
    print(
        "N={} d={} L={} float32: median {:.4f} s, {:.4f} to {:.4f} s".format(
            options.n, options.d, options.layers, statistics.median(seconds), min(seconds), max(seconds)
        )
    )


main()
