package dev.lamina.contract;

/**
 * A kernel at one pair of inputs, with the angle between the two in the kernel's feature space kept
 * without cancellation.
 *
 * <p>With X and Z the features and c the cosine between them, {@code minus} and {@code plus} are 1
 * − c = ‖X/‖X‖ − Z/‖Z‖‖²/2 and 1 + c. Sums and products of kernels concatenate and multiply
 * features, so that both can be carried along as sums of non-negative terms.
 *
 * @param xx k(x, x)
 * @param zz k(z, z)
 * @param xz k(x, z)
 * @param minus 1 − c
 * @param plus 1 + c
 */
record NaivePair(double xx, double zz, double xz, double minus, double plus) {

  /** The kernel that is constantly {@code value}. */
  static NaivePair constant(double value) {
    return new NaivePair(value, value, value, 0, 2);
  }

  /** x·z, with the angle from Kahan's formula tan(t/2) = ‖x̂ − ẑ‖/‖x̂ + ẑ‖. */
  static NaivePair dot(double[] x, double[] z) {
    double xx = 0;
    double zz = 0;
    double xz = 0;
    for (int i = 0; i < x.length; i++) {
      xx += x[i] * x[i];
      zz += z[i] * z[i];
      xz += x[i] * z[i];
    }
    double minus = 0;
    double plus = 0;
    for (int i = 0; i < x.length; i++) {
      double a = x[i] / Math.sqrt(xx);
      double b = z[i] / Math.sqrt(zz);
      minus += (a - b) * (a - b) / 2;
      plus += (a + b) * (a + b) / 2;
    }
    return new NaivePair(xx, zz, xz, minus, plus);
  }

  /** Returns the angle between the features in [0, π]. */
  double angle() {
    return 2 * Math.atan2(Math.sqrt(minus), Math.sqrt(plus));
  }

  /** Returns the same pair at an angle larger by {@code step}, smaller in the obtuse half. */
  NaivePair turned(double step) {
    double turned = angle() < Math.PI / 2 ? angle() + step : angle() - step;
    double sine = Math.sin(turned / 2);
    double cosine = Math.cos(turned / 2);
    return new NaivePair(
        xx, zz, Math.sqrt(xx * zz) * Math.cos(turned), 2 * sine * sine, 2 * cosine * cosine);
  }

  NaivePair times(double factor) {
    return new NaivePair(factor * xx, factor * zz, factor * xz, minus, plus);
  }

  NaivePair add(NaivePair other) {
    double sx = xx + other.xx;
    double sz = zz + other.zz;
    if (sx == 0 || sz == 0) {
      return new NaivePair(sx, sz, xz + other.xz, 0, 0);
    }
    double minusSum = 0;
    double plusSum = 0;
    for (NaivePair part : new NaivePair[] {this, other}) {
      double a = Math.sqrt(part.xx / sx);
      double b = Math.sqrt(part.zz / sz);
      minusSum += (a - b) * (a - b) / 2 + a * b * part.minus;
      plusSum += (a - b) * (a - b) / 2 + a * b * part.plus;
    }
    return new NaivePair(sx, sz, xz + other.xz, minusSum, plusSum);
  }

  NaivePair multiply(NaivePair other) {
    double complement = minus + other.minus - minus * other.minus;
    return new NaivePair(xx * other.xx, zz * other.zz, xz * other.xz, complement, 2 - complement);
  }
}
