"""A rival that says how many threads it is given."""

import os
import sys

print(*[os.environ.get(name + "_NUM_THREADS") for name in ("OPENBLAS", "MKL", "OMP")], flush=True)
sys.stdin.read()
