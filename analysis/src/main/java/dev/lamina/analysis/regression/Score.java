package dev.lamina.analysis.regression;

import org.hipparchus.stat.interval.BinomialProportion;
import org.hipparchus.stat.interval.ConfidenceInterval;

/** How well predictions fit targets. */
public sealed interface Score {

  /** {@return the number: a share of correct classes or an error} */
  double value();

  /**
   * Share of samples whose predicted class is the right one.
   *
   * @param correct number of correct samples
   * @param total number of samples, ≥ 1
   */
  record Accuracy(int correct, int total) implements Score {

    @Override
    public double value() {
      return (double) correct / total;
    }

    /** {@return the lower end of the 95 % Wilson score interval (Wilson 1927)} */
    public double lower() {
      return wilson().getLowerBound();
    }

    /** {@return the upper end of the 95 % Wilson score interval} */
    public double upper() {
      return wilson().getUpperBound();
    }

    private ConfidenceInterval wilson() {
      return BinomialProportion.getWilsonScoreInterval(total, value(), 0.95);
    }
  }

  /**
   * Root of the mean squared error over samples and outputs, in the targets' unit.
   *
   * @param value ≥ 0
   */
  record Rmse(double value) implements Score {}
}
