"""Gram matrix and Cholesky factor as a NumPy user writes them.

  python3 linear_algebra.py [-n N] [-d D] [-t float32|float64] [-r ROUNDS]     times itself on random inputs

`lamina bench --rivals numpy` starts it with --serve, to run it in turn with Lamina. It then prints its versions and
answers each line of standard input with one line:

  draw N D TYPE   draws N x D values
  gram            answers the seconds of x @ x.T, which NumPy hands to BLAS's syrk
  positive        makes the positive definite matrix x @ x.T / D + 1
  cholesky        answers the seconds of its factor
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


def versions():
    try:
        blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        name = "{} {}".format(blas["name"], blas["version"])
    except (TypeError, KeyError):  # before NumPy 1.25
        name = "unknown BLAS"
    threads = os.environ.get("OPENBLAS_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS")
    return "NumPy {}, {}, threads: {}".format(np.__version__, name, threads or "as many as the BLAS takes")


def draw(n, d, dtype):
    return np.random.default_rng(1).random((n, d), dtype=dtype)


def positive(x):
    a = x @ x.T
    a /= x.shape[1]
    a[np.diag_indices(len(x))] += 1
    return a


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def serve():
    x = a = None
    for line in sys.stdin:
        word = line.split()
        if word[0] == "draw":
            x = a = None
            x = draw(int(word[1]), int(word[2]), word[3])
            print("drawn", flush=True)
        elif word[0] == "gram":
            print(timed(lambda: x @ x.T), flush=True)
        elif word[0] == "positive":
            a = positive(x)
            print("made", flush=True)
        elif word[0] == "cholesky":
            print(timed(lambda: np.linalg.cholesky(a)), flush=True)


def report(name, options, work):
    seconds = [timed(work) for _ in range(options.rounds + 1)][1:]
    print(
        "{} N={} {}: median {:.4f} s, {:.4f} to {:.4f} s".format(
            name, options.n, options.type, statistics.median(seconds), min(seconds), max(seconds)
        )
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-n", type=int, default=2048, help="rows (2048)")
    parser.add_argument("-d", type=int, default=784, help="columns (784)")
    parser.add_argument("-t", "--type", choices=["float32", "float64"], default="float32")
    parser.add_argument("-r", "--rounds", type=int, default=5, help="counted rounds (5)")
    parser.add_argument("--serve", action="store_true", help="answer requests on standard input")
    options = parser.parse_args()
    print(versions(), flush=True)
    if options.serve:
        serve()
        return
    x = draw(options.n, options.d, options.type)
    a = positive(x)
    report("Gram matrix, d={},".format(options.d), options, lambda: x @ x.T)
    report("Cholesky factor", options, lambda: np.linalg.cholesky(a))


main()
