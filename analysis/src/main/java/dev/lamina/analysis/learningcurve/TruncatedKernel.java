package dev.lamina.analysis.learningcurve;

import org.hipparchus.complex.Complex;

/**
 * The first terms of a power series.
 *
 * @param series the coefficients
 * @param last last power
 */
record TruncatedKernel(PowerSeries series, int last) implements ZonalKernel {
  @Override
  public double atComplement(double s) {
    return at(new Complex(1 - s)).getRealPart();
  }

  @Override
  public Complex at(Complex t) {
    Complex sum = Complex.ZERO;
    for (int q = last; q >= 0; q--) {
      sum = sum.multiply(t).add(series.coefficient(q));
    }
    return sum;
  }
}
