"""A rival that does as it is told by the first word that it is asked."""

import sys

print("Failing 1.0", flush=True)
runs = 0
for line in sys.stdin:
    word = line.split()[0]
    runs += word in ("run", "gram")
    if word == "die" or runs > 2:
        sys.exit("MemoryError: too large")
    answers = {"load": "loaded", "draw": "drawn", "positive": "made", "cholesky": "nan", "entry": "1 2", "odd": "1.5 what?", "before": "-1"}
    print(answers.get(word, "1.5"), flush=True)
