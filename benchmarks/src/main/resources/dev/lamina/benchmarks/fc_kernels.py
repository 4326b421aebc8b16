"""NNGP and tangent kernel of a ReLU network as a NumPy user writes them, timed on request.

Reads one request a line from standard input:
  load N D PATH   maps N x D float32 values
  run DEPTH       computes both kernels, answers the seconds
  entry I J       answers the entries of both kernels of the last run
"""

import sys
import time

import numpy as np


def relu_kernels(x, depth, weight_variance=2.0):
    k = (weight_variance / x.shape[1]) * (x @ x.T)
    t = k.copy()
    for _ in range(depth):
        q = np.sqrt(np.diag(k))
        s = np.outer(q, q)
        c = np.clip(k / s, -1, 1)
        theta = np.arccos(c)
        k = (weight_variance / (2 * np.pi)) * s * (np.sqrt(1 - c * c) + (np.pi - theta) * c)
        t = k + (weight_variance / (2 * np.pi)) * (np.pi - theta) * t
    return k, t


def blas():
    try:
        info = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        return "{} {}".format(info["name"], info["version"])
    except (TypeError, KeyError):
        return "unknown BLAS"


def main():
    print("NumPy {}, {}".format(np.__version__, blas()), flush=True)
    x = k = t = None
    for line in sys.stdin:
        word = line.rstrip("\n").split(" ", 3)
        if word[0] == "load":
            x = np.fromfile(word[3], dtype=np.float32).reshape(int(word[1]), int(word[2]))
            print("loaded", flush=True)
        elif word[0] == "run":
            k = t = None
            start = time.perf_counter()
            k, t = relu_kernels(x, int(word[1]))
            print(time.perf_counter() - start, flush=True)
        elif word[0] == "entry":
            i, j = int(word[1]), int(word[2])
            print(repr(float(k[i, j])), repr(float(t[i, j])), flush=True)


main()
