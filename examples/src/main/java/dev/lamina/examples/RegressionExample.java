package dev.lamina.examples;

import dev.lamina.Lamina;
import dev.lamina.analysis.regression.GaussianProcess;
import dev.lamina.analysis.regression.RegressionSettings;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;

/** Gaussian process regression of a sine with the kernel of an infinitely wide network. */
public final class RegressionExample {
  private static final int TRAIN = 40;

  private RegressionExample() {}

  /**
   * Prints mean and standard deviation at a few points.
   *
   * @param args not used
   */
  public static void main(String[] args) {
    Kernel kernel = Kernel.parse("nngp(depth=2, activation=erf, weightVariance=4, biasVariance=1)");
    try (Lamina lamina = Lamina.open();
        HostMatrix x = HostMatrix.allocate(DType.FLOAT64, TRAIN, 1);
        HostMatrix y = HostMatrix.allocate(DType.FLOAT64, TRAIN, 1);
        HostMatrix test = HostMatrix.of(new double[][] {{-1}, {0.05}, {1}, {6}})) {
      for (int i = 0; i < TRAIN; i++) {
        double t = -3 + 6.0 * i / (TRAIN - 1);
        x.set(i, 0, t);
        y.set(i, 0, Math.sin(2 * t));
      }
      try (GaussianProcess process =
              GaussianProcess.fit(
                  lamina.backend(), kernel, x, y, RegressionSettings.ofNoise(1e-4));
          HostMatrix mean = process.mean(test);
          HostMatrix variance = process.latentVariance(test)) {
        System.out.println("log marginal likelihood = " + process.logMarginalLikelihood());
        for (int i = 0; i < test.rows(); i++) {
          System.out.printf(
              "f(%s) = %.4f ± %.4f%n",
              test.get(i, 0), mean.get(i, 0), Math.sqrt(variance.get(i, 0)));
        }
      }
    }
  }
}
