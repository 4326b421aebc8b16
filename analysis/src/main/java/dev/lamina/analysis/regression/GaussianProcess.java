package dev.lamina.analysis.regression;

import dev.lamina.backend.Backend;
import dev.lamina.backend.MemoryBudget;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.NotPositiveDefiniteException;

/**
 * Exact regression with a kernel: the posterior of f ~ GP(0, k) given Y = f(X) + noise, which is
 * also ridge regression with ridge σ² (Rasmussen and Williams 2006, algorithm 2.1).
 *
 * <p>With A = K + (σ² + jitter)I the mean at x is k(x, X) A⁻¹Y and the variance of f there k(x, x)
 * − k(x, X) A⁻¹ k(X, x), the same for all C outputs. The model holds the N×N float64 factor, 8N²
 * bytes outside the backend's memory budget; what it computes in batches keeps within that budget.
 * For more samples than that allows there is {@link IterativeRegression}.
 */
public final class GaussianProcess implements AutoCloseable {
  private final Backend backend;
  private final Kernel kernel;
  private final RegressionSettings settings;
  private final Inputs train;
  private final CholeskyFit fit;

  private GaussianProcess(
      Backend backend, Kernel kernel, RegressionSettings settings, Inputs train, CholeskyFit fit) {
    this.backend = backend;
    this.kernel = kernel;
    this.settings = settings;
    this.train = train;
    this.fit = fit;
  }

  /**
   * Fits a model.
   *
   * @param backend what computes; must stay open as long as the model is used
   * @param kernel k
   * @param x training inputs, N×d, N ≥ 1; must stay open as long as the model is used
   * @param y targets, N×C, finite
   * @param settings noise and precision
   * @return the model; the caller closes it
   * @throws NotPositiveDefiniteException if K + σ²I is not positive definite with any jitter
   *     allowed
   */
  public static GaussianProcess fit(
      Backend backend, Kernel kernel, HostMatrix x, HostMatrix y, RegressionSettings settings) {
    Inputs.require("fit", x, y);
    Inputs train = Inputs.of(x, settings.precision().kernelType());
    HostMatrix matrix = null;
    try {
      matrix = HostMatrix.allocate(DType.FLOAT64, x.rows(), x.rows());
      KernelMatrices.lower(backend, kernel, train.matrix(), matrix);
      CholeskyFit fit = CholeskyFit.of(backend.solve(), matrix, y, settings);
      return new GaussianProcess(backend, kernel, settings, train, fit);
    } catch (RuntimeException | Error e) {
      if (matrix != null) {
        matrix.close();
      }
      train.close();
      throw e;
    }
  }

  /** {@return the noise variance σ² and the precision} */
  public RegressionSettings settings() {
    return settings;
  }

  /** {@return what was added to the diagonal beside the noise to make it positive definite} */
  public double jitter() {
    return fit.jitter();
  }

  /**
   * {@return log p(Y | X) of all outputs together, −½ tr(YᵀA⁻¹Y) − (C/2) log det A − (NC/2) log 2π}
   */
  public double logMarginalLikelihood() {
    return fit.logMarginalLikelihood();
  }

  /**
   * Returns the posterior means.
   *
   * @param test M×d
   * @return M×C float64; the caller closes it
   */
  public HostMatrix mean(HostMatrix test) {
    return KernelMean.of(backend, kernel, train, fit.weights(), test);
  }

  /**
   * Returns the posterior variances of the latent f, without noise.
   *
   * <p>They are differences k(x, x) − ‖L⁻¹k(X, x)‖²: their absolute error is the kernel type's
   * rounding of k(x, x). Negative rounding results are returned as 0.
   *
   * @param test M×d
   * @return M×1 float64, ≥ 0; the caller closes it
   */
  public HostMatrix latentVariance(HostMatrix test) {
    return variance(test, 0);
  }

  /**
   * Returns the posterior variances of a noisy observation: {@link #latentVariance} plus σ². The
   * jitter is a numerical aid and not part of it.
   *
   * @param test M×d
   * @return M×1 float64; the caller closes it
   */
  public HostMatrix observationVariance(HostMatrix test) {
    return variance(test, settings.noise());
  }

  private HostMatrix variance(HostMatrix test, double noise) {
    train.requireSameCols("variance", test);
    String what = "variance of a batch of test rows";
    MemoryBudget budget = backend.budget();
    int bytes = Double.BYTES + (train.matrix().dtype() == DType.FLOAT32 ? Float.BYTES : 0);
    BatchPlan plan =
        BatchPlan.of(what, test.rows(), Math.multiplyExact(train.matrix().rows(), bytes), budget);
    HostMatrix out = HostMatrix.allocate(DType.FLOAT64, test.rows(), 1);
    try (Inputs inputs = Inputs.of(test, train.matrix().dtype())) {
      try (var _ = plan.reserve(what, budget)) {
        for (long batch = 0; batch < plan.count(); batch++) {
          long from = plan.from(batch);
          long to = plan.to(batch);
          varianceBatch(inputs.matrix().rows(from, to), noise, out.rows(from, to));
        }
      }
      return out;
    } catch (RuntimeException | Error e) {
      out.close();
      throw e;
    }
  }

  private void varianceBatch(HostMatrix test, double noise, HostMatrix out) {
    HostMatrix x = train.matrix();
    try (HostMatrix cross = HostMatrix.allocate(DType.FLOAT64, x.rows(), test.rows());
        HostMatrix scratch =
            HostMatrix.allocate(x.dtype(), x.dtype() == DType.FLOAT32 ? x.rows() : 0, test.rows());
        HostMatrix prior = HostMatrix.allocate(x.dtype(), test.rows(), 1)) {
      KernelMatrices.cross(backend, kernel, x, test, cross, scratch);
      backend.gram().diagonal(kernel, test, prior);
      backend.solve().solveLower(fit.factor(), cross);
      double[] explained = squaredColumnNorms(cross);
      for (int i = 0; i < explained.length; i++) {
        out.set(i, 0, Math.max(0, prior.get(i, 0) - explained[i]) + noise);
      }
    }
  }

  /**
   * {@return the leave-one-out residuals and variances}
   *
   * <p>B_ii = Σ_k (L⁻¹)²_ki comes from solving with batches of unit vectors: N³/3 operations and no
   * second N×N matrix.
   *
   * @throws IllegalStateException if there is only one sample
   */
  public LeaveOneOut leaveOneOut() {
    long n = train.matrix().rows();
    if (n < 2) {
      throw new IllegalStateException("leaveOneOut needs at least 2 samples but the model has 1");
    }
    String what = "leave-one-out errors of a batch of samples";
    MemoryBudget budget = backend.budget();
    BatchPlan plan = BatchPlan.of(what, n, Math.multiplyExact(n, Double.BYTES), budget);
    double[] inverseDiagonal = new double[Math.toIntExact(n)];
    try (var _ = plan.reserve(what, budget)) {
      for (long batch = 0; batch < plan.count(); batch++) {
        inverseDiagonal(plan.from(batch), plan.to(batch), inverseDiagonal);
      }
    }
    return LeaveOneOut.of(fit.weights(), inverseDiagonal);
  }

  private void inverseDiagonal(long from, long to, double[] out) {
    long n = train.matrix().rows();
    // Column i of L⁻¹ is zero above row i, so only the trailing block of L is needed.
    HostMatrix trailing = KernelMatrices.block(fit.factor(), from, n, from, n);
    try (HostMatrix units = HostMatrix.allocate(DType.FLOAT64, n - from, to - from)) {
      KernelMatrices.addToDiagonal(units.rows(0, to - from), 1);
      backend.solve().solveLower(trailing, units);
      System.arraycopy(
          squaredColumnNorms(units), 0, out, Math.toIntExact(from), Math.toIntExact(to - from));
    }
  }

  private static double[] squaredColumnNorms(HostMatrix m) {
    double[] sums = new double[Math.toIntExact(m.cols())];
    for (long i = 0; i < m.rows(); i++) {
      for (int j = 0; j < sums.length; j++) {
        double v = m.get(i, j);
        sums[j] += v * v;
      }
    }
    return sums;
  }

  /** Frees the factor and the weights. */
  @Override
  public void close() {
    fit.factor().close();
    fit.weights().close();
    train.close();
  }
}
