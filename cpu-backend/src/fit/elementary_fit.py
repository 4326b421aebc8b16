"""Fits the polynomials of cpu-backend's Elementary, NarrowDuals and AngleVectors in 60-digit arithmetic; prints coefficients and largest weighted errors.

Weighted least squares on Chebyshev points, which comes within a factor of two of the best uniform error. Coefficients are
rounded to the target type one at a time from the lowest power on and the others fitted again each time, so that rounding
does not tilt the error curve. Needs mpmath: python3 elementary_fit.py
"""
from mpmath import asin, atan, cos, exp, log, lu_solve, matrix, mp, mpf, nstr, pi, sin, sqrt, tan

mp.dps = 60


def least_squares(f, weight, degree, points, fixed):
    base, free = len(fixed), degree + 1 - len(fixed)
    normal, right = matrix(free, free), matrix(free, 1)
    for x in points:
        w2 = weight(x) ** 2
        rest = f(x) - sum(c * x**k for k, c in enumerate(fixed))
        powers = [x ** (base + j) for j in range(free)]
        for i in range(free):
            right[i] += w2 * powers[i] * rest
            for j in range(free):
                normal[i, j] += w2 * powers[i] * powers[j]
    return lu_solve(normal, right)


def rounded(x, bits):
    with mp.workprec(bits):
        return +x


def fit(name, f, weight, degree, lo, hi, bits):
    n = 8 * (degree + 2)
    points = [(lo + hi) / 2 - (hi - lo) / 2 * cos(pi * (k + mpf(1) / 2) / n) for k in range(n)]
    c = []
    while len(c) <= degree:
        c.append(rounded(least_squares(f, weight, degree, points, c)[0], bits))
    grid = [lo + (hi - lo) * k / 1000 for k in range(1001)]
    worst = max(abs((sum(a * x**k for k, a in enumerate(c)) - f(x)) * weight(x)) for x in grid)
    print(f"{name}, {bits} bits on [{nstr(lo, 4)}, {nstr(hi, 4)}]: error {nstr(worst, 3)}")
    print("".join(f"    {shortest(a, bits)},\n" for a in c), flush=True)


def shortest(a, bits):
    return next(text for text in (nstr(a, n) for n in range(1, 18)) if rounded(mpf(text), bits) == a)


def exp_tail(r):  # (e^r - 1 - r)/r^2
    return (exp(r) - 1 - r) / r**2 if abs(r) > mpf(10) ** -12 else mpf(1) / 2 + r / 6


def log_tail(f):  # (log(1 + f) - f + f^2/2)/f^3
    return (log(1 + f) - f + f**2 / 2) / f**3 if abs(f) > mpf(10) ** -10 else mpf(1) / 3 - f / 4


def log_odd(w):  # (log((1 + s)/(1 - s)) - 2s)/s^3 with w = s^2
    s = sqrt(w)
    return (log((1 + s) / (1 - s)) - 2 * s) / s**3 if s > mpf(10) ** -10 else mpf(2) / 3 + 2 * w / 5


def atan_tail(w):  # (atan a - a)/a^3 with w = a^2
    a = sqrt(w)
    return (atan(a) - a) / a**3 if a > mpf(10) ** -10 else -mpf(1) / 3 + w / 5


def half_angle(w):  # atan(t)/t with w = t^2
    return atan(sqrt(w)) / sqrt(w) if w > mpf(10) ** -20 else 1 - w / 3


def angle(r):  # phi/sqrt(r) with r = 1 - cos phi
    return 2 * asin(sqrt(r / 2)) / sqrt(r) if r > 0 else sqrt(mpf(2))


def excess(r):  # (sin phi - phi cos phi)/(sqrt(r) r)
    phi = 2 * asin(sqrt(r / 2))
    return (sin(phi) - phi * cos(phi)) / (sqrt(r) * r) if r > mpf(10) ** -12 else sqrt(mpf(8)) / 3


if __name__ == "__main__":
    # Each weight is about the power of the argument that the polynomial is multiplied by, over the function; the
    # floor keeps it positive. Intervals are wider than the reduced arguments by more than their rounding.
    half = log(2) / 2 * (1 + mpf(10) ** -4)
    floor = mpf(10) ** -2
    for bits, degree in ((24, 4), (53, 9)):
        fit("exp", exp_tail, lambda r: abs(r) + floor, degree, -half, half, bits)
    lo, hi = sqrt(mpf(1) / 2) - 1 - mpf(10) ** -4, sqrt(mpf(2)) - 1 + mpf(10) ** -4
    fit("log", log_tail, lambda f: f**2 + floor, 7, lo, hi, 24)
    fit("log", log_odd, lambda w: w / 2 + floor, 6, mpf(0), (hi / (2 + hi)) ** 2, 53)
    eighth = tan(pi / 8) * (1 + mpf(10) ** -4)
    fit("atan", atan_tail, lambda w: w + floor, 10, mpf(0), eighth**2, 53)
    fit("half angle", half_angle, lambda w: 1 / half_angle(w), 16, mpf(0), 1 + mpf(10) ** -9, 53)
    fit("exp", exp_tail, lambda r: r**2 + floor**2, 8, -half, half, 53)
    # What a relu layer makes of r is r (1 - sqrt(r) excess/pi): the weight is that of its relative error.
    acute = 1 + mpf(10) ** -4
    fit("angle", angle, lambda r: 1 / angle(r), 7, mpf(0), acute, 24)
    relu = lambda r: sqrt(r + floor**2) / (pi - sqrt(r) * excess(r))
    fit("excess", excess, relu, 5, mpf(0), acute, 24)
