package dev.lamina.analysis.study;

import java.util.Locale;

/** How a layer's weights are drawn: from N(0, gain/fan-in), so that {@code gain} is a variance. */
public enum Initialisation {
  /** Variance 2/fan-in: keeps the second moment under relu (He et al. 2015). */
  HE(2),
  /** Variance 1/fan-in: keeps the second moment of the linear part (LeCun et al. 1998). */
  LECUN(1);

  private final double gain;

  Initialisation(double gain) {
    this.gain = gain;
  }

  /**
   * {@return the weights' variance times the fan-in: the weight variance of the network's kernel}
   */
  public double gain() {
    return gain;
  }

  /** {@return the word used in config files} */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
