package dev.lamina.analysis.degeneracy;

/** Mean and standard deviation of one Gaussian step of ln sin&sup2; theta. */
interface TransitionLaw {

  /**
   * Returns the Gaussian of x' behind a layer.
   *
   * @param x ln sin&sup2; theta in front of the layer
   * @param step the angle in front of the layer
   * @param width number of units
   */
  Gaussian step(double x, AngleStep step, SmallAngleLaw width);

  /** Returns the Gaussian behind the first layer, from a known angle. */
  Gaussian start(AngleStep step, SmallAngleLaw width);

  /**
   * A normal law.
   *
   * @param mean mean
   * @param sd standard deviation, at least 0
   */
  record Gaussian(double mean, double sd) {}

  /** Returns the law of {@link Rule#DENSITY}. */
  static TransitionLaw digamma() {
    return new TransitionLaw() {
      @Override
      public Gaussian step(double x, AngleStep step, SmallAngleLaw width) {
        return start(step, width);
      }

      @Override
      public Gaussian start(AngleStep step, SmallAngleLaw width) {
        return new Gaussian(step.digamma(width), Math.sqrt(step.digammaVariance(width)));
      }
    };
  }

  /**
   * Returns the paper's Approximation 2, whose first step uses the full published mean and variance
   * as the authors' notebook does.
   */
  static TransitionLaw approximation2() {
    return new TransitionLaw() {
      @Override
      public Gaussian step(double x, AngleStep step, SmallAngleLaw width) {
        return new Gaussian(
            PaperApproximation.next(x, width.width()), PaperApproximation.stepSd(width.width()));
      }

      @Override
      public Gaussian start(AngleStep step, SmallAngleLaw width) {
        return new Gaussian(
            step.paperMean(width.width()), Math.sqrt(step.paperVariance(width.width())));
      }
    };
  }
}
