"""Fits the polynomials of cpu-backend's NormalVectors and Trigonometric in 60-digit arithmetic; prints coefficients and largest errors.

Polynomials as in elementary_fit.py, which stands beside this file. The ratio of two polynomials is a weighted least squares fit,
repeated with the denominator found before as part of the weight; all its coefficients are positive, so that rounding them
and evaluating them costs a few roundings. Needs mpmath: python3 activation_fit.py
"""
from elementary_fit import fit, rounded, shortest
from mpmath import cos, erf, erfc, exp, lu_solve, matrix, mpf, nstr, pi, polyval, sin, sqrt


def ratio(y):  # of the normal distribution's tail to e^(-y^2/2)
    return exp(y**2 / 2) * erfc(y / sqrt(mpf(2))) / 2


def erf_tail(w):  # erf(x)/x - 1 with w = x^2
    x = sqrt(w)
    return erf(x) / x - 1 if x > mpf(10) ** -20 else 2 / sqrt(pi) - 1


def sin_tail(w):  # (sin r - r)/r^3 with w = r^2
    r = sqrt(w)
    return (sin(r) - r) / r**3 if r > mpf(10) ** -10 else -mpf(1) / 6 + w / 120


def cos_tail(w):  # (cos r - 1 + r^2/2)/r^4 with w = r^2
    return (cos(sqrt(w)) - 1 + w / 2) / w**2 if w > mpf(10) ** -16 else mpf(1) / 24 - w / 720


def fit_ratio(name, f, above, below, hi, bits):
    # Chebyshev points in y/(y + 2), so that small and large arguments count alike
    last, count = hi / (hi + 2), 6 * (above + below + 2)
    points = [2 * t / (1 - t) for t in (last / 2 * (1 - cos(pi * (i + mpf(1) / 2) / count)) for i in range(count))]
    values = [f(y) for y in points]
    size, denominators = above + 1 + below, [mpf(1)] * count
    for _ in range(4):
        normal, right = matrix(size, size), matrix(size, 1)
        for y, r, q in zip(points, values, denominators):
            row = [y**i / (r * q) for i in range(above + 1)] + [-(y**j) / q for j in range(1, below + 1)]
            for i in range(size):
                right[i] += row[i] / q
                for j in range(size):
                    normal[i, j] += row[i] * row[j]
        c = list(lu_solve(normal, right))
        p, q = c[: above + 1], [mpf(1)] + c[above + 1 :]
        denominators = [polyval(q[::-1], y) for y in points]
    grid = [2 * t / (1 - t) for t in (last * k / 1000 for k in range(1001))]
    worst = lambda: max(abs(polyval(p[::-1], y) / polyval(q[::-1], y) / f(y) - 1) for y in grid)
    print(f"{name} on [0, {nstr(hi, 4)}]: error {nstr(worst(), 3)}, ", end="")
    p, q = [rounded(a, bits) for a in p], [rounded(a, bits) for a in q]
    print(f"rounded to {bits} bits {nstr(worst(), 3)}")
    for part in (p, q):
        print("".join(f"    {shortest(a, bits)},\n" for a in part), flush=True)


if __name__ == "__main__":
    fit_ratio("ratio", ratio, 9, 10, mpf(39), 53)
    fit("erf", erf_tail, lambda w: 1 / (1 + erf_tail(w)), 11, mpf(0), mpf(1), 53)
    eighth, floor = (pi / 4 * (1 + mpf(10) ** -6)) ** 2, mpf(10) ** -2
    fit("sin", sin_tail, lambda w: w + floor, 5, mpf(0), eighth, 53)
    fit("cos", cos_tail, lambda w: w**2 + floor, 5, mpf(0), eighth, 53)
