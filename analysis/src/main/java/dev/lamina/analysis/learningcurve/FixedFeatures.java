package dev.lamina.analysis.learningcurve;

import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * Where noisy gradient descent w ← w − η(∂E/∂w + γw) + √(2ηT) ξ on E = ½‖Fw − y‖² ends when the
 * features F do not change [derived].
 *
 * <p>With H = FᵀF + γI the stationary law is Gaussian of mean H⁻¹Fᵀy, whatever the step, and of
 * covariance T [H (I − ηH/2)]⁻¹: the temperature of the mode of curvature h is raised by the factor
 * 1/(1 − ηh/2), and there is a stationary law only if η h &lt; 2 for all of them. As η → 0 it is
 * the posterior of regression with prior variance T/γ of each weight and noise T.
 */
public final class FixedFeatures {
  private final RealMatrix features;
  private final RealVector targets;
  private final double temperature;
  private final double decay;
  private final EigenDecompositionSymmetric curvature;

  /**
   * Creates the problem.
   *
   * @param features F, N×p
   * @param targets y, N numbers
   * @param temperature T &gt; 0
   * @param decay γ &gt; 0
   */
  public FixedFeatures(double[][] features, double[] targets, double temperature, double decay) {
    if (features.length == 0 || features.length != targets.length) {
      throw new IllegalArgumentException(
          "fixed features: there must be one target for each of at least one row but there are %d rows and %d targets"
              .formatted(features.length, targets.length));
    }
    if (!(temperature > 0 && decay > 0)) {
      throw new IllegalArgumentException(
          "fixed features: temperature and decay must be > 0 but are %s and %s"
              .formatted(temperature, decay));
    }
    this.features = MatrixUtils.createRealMatrix(features);
    this.targets = new ArrayRealVector(targets);
    this.temperature = temperature;
    this.decay = decay;
    RealMatrix hessian =
        this.features
            .transposeMultiply(this.features)
            .add(
                MatrixUtils.createRealIdentityMatrix(this.features.getColumnDimension())
                    .scalarMultiply(decay));
    this.curvature = new EigenDecompositionSymmetric(hessian);
  }

  /** {@return 2/h for the largest curvature h: rates from there on diverge} */
  public double largestRate() {
    return 2 / curvature.getEigenvalues()[0];
  }

  /**
   * {@return the mean predictions, the same for all rates}
   *
   * @param test features of the test inputs, M×p
   */
  public double[] mean(double[][] test) {
    RealVector w = curvature.getSolver().solve(features.preMultiply(targets));
    return MatrixUtils.createRealMatrix(test).operate(w).toArray();
  }

  /**
   * {@return the variances of the predictions}
   *
   * @param test features of the test inputs, M×p
   * @param rate η, from 0, infinitely small steps, to below {@link #largestRate}
   */
  public double[] variance(double[][] test, double rate) {
    RealMatrix covariance = covariance(rate);
    double[] variances = new double[test.length];
    for (int i = 0; i < test.length; i++) {
      RealVector row = new ArrayRealVector(test[i]);
      variances[i] = row.dotProduct(covariance.operate(row));
    }
    return variances;
  }

  /**
   * {@return the sum of the variances of the weights}
   *
   * @param rate η, from 0 to below {@link #largestRate}
   */
  public double trace(double rate) {
    return covariance(rate).getTrace();
  }

  private RealMatrix covariance(double rate) {
    if (!(rate >= 0 && rate < largestRate())) {
      throw new IllegalArgumentException(
          "fixed features: the rate must be from 0 to below 2/h = %s, where h is the largest curvature, but is %s"
              .formatted(largestRate(), rate));
    }
    double[] h = curvature.getEigenvalues();
    double[] variances = new double[h.length];
    for (int i = 0; i < h.length; i++) {
      // rounding may leave a curvature below the decay that it contains
      double own = Math.max(h[i], decay);
      variances[i] = temperature / (own * (1 - rate * own / 2));
    }
    RealMatrix v = curvature.getV();
    return v.multiply(MatrixUtils.createRealDiagonalMatrix(variances)).multiplyTransposed(v);
  }
}
