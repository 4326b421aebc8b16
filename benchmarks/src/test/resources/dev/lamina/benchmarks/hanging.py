"""A rival that says the number of a process that it started, unless it is to be SILENT, and never answers."""

import os
import subprocess
import sys

if "SILENT" not in os.environ:
    print(subprocess.Popen(["sleep", "3600"]).pid, flush=True)
sys.stdin.read()
