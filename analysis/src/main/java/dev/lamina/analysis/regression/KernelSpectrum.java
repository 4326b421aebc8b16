package dev.lamina.analysis.regression;

import dev.lamina.backend.Backend;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.List;

/**
 * The eigen-decomposition K = V Λ Vᵀ of a kernel matrix, from which fits for any number of noise
 * levels or training times cost next to nothing.
 *
 * <p>Everything is float64: beside the decomposition float64 kernel entries cost nothing, and small
 * eigenvalues matter here. A kernel matrix has none below 0; those that are at most N·2⁻⁵³·λ_max,
 * rounding errors, count as 0. The decomposition holds one N×N matrix, 8N² bytes outside the
 * backend's memory budget, and takes about 10 N³ operations.
 */
public final class KernelSpectrum implements AutoCloseable {
  private final Backend backend;
  private final Kernel kernel;
  private final Inputs train;
  private final HostMatrix targets;
  private final HostMatrix vectors;
  private final double[] eigenvalues;
  private final double smallest;
  private final HostMatrix projections;

  private KernelSpectrum(
      Backend backend,
      Kernel kernel,
      Inputs train,
      HostMatrix targets,
      HostMatrix vectors,
      HostMatrix values,
      HostMatrix projections) {
    this.backend = backend;
    this.kernel = kernel;
    this.train = train;
    this.targets = targets;
    this.vectors = vectors;
    this.projections = projections;
    int n = Math.toIntExact(values.rows());
    this.smallest = values.get(0, 0);
    this.eigenvalues = new double[n];
    double cutoff = n * DType.FLOAT64.unitRoundoff() * values.get(n - 1, 0);
    for (int k = 0; k < n; k++) {
      eigenvalues[k] = values.get(k, 0) > cutoff ? values.get(k, 0) : 0;
    }
  }

  /**
   * Decomposes a kernel matrix.
   *
   * @param backend what computes; must stay open as long as the spectrum is used
   * @param kernel k
   * @param x training inputs, N×d, N ≥ 1; must stay open as long as the spectrum is used
   * @param y targets, N×C, finite
   * @return the spectrum; the caller closes it
   */
  public static KernelSpectrum of(Backend backend, Kernel kernel, HostMatrix x, HostMatrix y) {
    Inputs.require("spectrum", x, y);
    Owned owned = new Owned();
    try {
      Inputs train = Inputs.of(x, DType.FLOAT64);
      if (train.copied()) {
        owned.add(train.matrix());
      }
      HostMatrix targets = owned.add(y.copy(DType.FLOAT64));
      HostMatrix vectors = owned.add(HostMatrix.allocate(DType.FLOAT64, x.rows(), x.rows()));
      HostMatrix projections = owned.add(HostMatrix.allocate(DType.FLOAT64, x.rows(), y.cols()));
      try (HostMatrix values = HostMatrix.allocate(DType.FLOAT64, x.rows(), 1)) {
        backend.gram().compute(kernel, train.matrix(), train.matrix(), vectors);
        backend.solve().symmetricEigen(vectors, values, true);
        backend.gram().gemm(vectors, false, targets, false, 1, 0, projections);
        return new KernelSpectrum(backend, kernel, train, targets, vectors, values, projections);
      }
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  /** {@return the eigenvalues in ascending order, rounding errors set to 0} */
  public double[] eigenvalues() {
    return eigenvalues.clone();
  }

  /** {@return the smallest eigenvalue as computed, which rounding may have made negative} */
  public double smallestComputed() {
    return smallest;
  }

  /** {@return the number of eigenvalues above rounding} */
  public int rank() {
    int rank = 0;
    for (double value : eigenvalues) {
      rank += value > 0 ? 1 : 0;
    }
    return rank;
  }

  /** Returns the N×N matrix whose row i is the unit eigenvector of eigenvalue i. */
  HostMatrix vectors() {
    return vectors;
  }

  /** Returns the number of outputs C. */
  int outputs() {
    return Math.toIntExact(targets.cols());
  }

  /**
   * {@return the log marginal likelihood that a Gaussian process with this noise has}
   *
   * @param noise σ² &gt; 0, or ≥ 0 if the matrix has full rank
   * @throws IllegalArgumentException if the likelihood does not exist: no noise and a singular
   *     matrix
   */
  public double logMarginalLikelihood(double noise) {
    requireRegular("logMarginalLikelihood", noise);
    double quadratic = 0;
    double logDeterminant = 0;
    for (int k = 0; k < eigenvalues.length; k++) {
      double a = eigenvalues[k] + noise;
      logDeterminant += Math.log(a);
      for (int c = 0; c < outputs(); c++) {
        quadratic += projections.get(k, c) * projections.get(k, c) / a;
      }
    }
    return CholeskyFit.logLikelihood(eigenvalues.length, outputs(), quadratic, logDeterminant);
  }

  private void requireRegular(String operation, double noise) {
    RegressionSettings.requireNoise(noise);
    if (eigenvalues[0] + noise == 0) {
      throw new IllegalArgumentException(
          "%s: the kernel matrix has rank %d of %d, so the noise must be > 0"
              .formatted(operation, rank(), eigenvalues.length));
    }
  }

  /**
   * {@return the leave-one-out residuals and variances for a noise}
   *
   * @param noise σ² &gt; 0, or ≥ 0 if the matrix has full rank
   */
  public LeaveOneOut leaveOneOut(double noise) {
    requireRegular("leaveOneOut", noise);
    SpectralFilter ridge = SpectralFilter.ridge(noise);
    int n = eigenvalues.length;
    double[] inverseDiagonal = new double[n];
    for (int k = 0; k < n; k++) {
      double g = ridge.at(eigenvalues[k]);
      for (int i = 0; i < n; i++) {
        double v = vectors.get(k, i);
        inverseDiagonal[i] += g * v * v;
      }
    }
    try (HostMatrix weights = weights(List.of(ridge))) {
      return LeaveOneOut.of(weights, inverseDiagonal);
    }
  }

  /**
   * Returns the weights α = V g(Λ) VᵀY of several filters side by side.
   *
   * @param filters S functions g
   * @return N×(S·C): the C columns of filter s start at s·C; the caller closes it
   */
  HostMatrix weights(List<? extends SpectralFilter> filters) {
    int n = eigenvalues.length;
    int outputs = outputs();
    HostMatrix out = HostMatrix.allocate(DType.FLOAT64, n, (long) filters.size() * outputs);
    try (HostMatrix filtered = HostMatrix.allocate(DType.FLOAT64, n, out.cols())) {
      for (int k = 0; k < n; k++) {
        for (int s = 0; s < filters.size(); s++) {
          double g = filters.get(s).at(eigenvalues[k]);
          for (int c = 0; c < outputs; c++) {
            filtered.set(k, (long) s * outputs + c, g * projections.get(k, c));
          }
        }
      }
      backend.gram().gemm(vectors, true, filtered, false, 1, 0, out);
      return out;
    } catch (RuntimeException | Error e) {
      out.close();
      throw e;
    }
  }

  /**
   * Returns the predictions of several filters from one pass over the test × train kernel values,
   * which are not stored.
   *
   * @param test M×d
   * @param filters S functions g
   * @return M×(S·C) float64: the C columns of filter s start at s·C; the caller closes it
   */
  public HostMatrix predict(HostMatrix test, List<? extends SpectralFilter> filters) {
    try (HostMatrix weights = weights(filters)) {
      return KernelMean.of(backend, kernel, train, weights, test);
    }
  }

  /**
   * Returns what several filters make of the training samples themselves: K g(K) Y.
   *
   * @param filters S functions g
   * @return N×(S·C) float64, arranged like {@link #predict}; the caller closes it
   */
  public HostMatrix fitted(List<? extends SpectralFilter> filters) {
    return weights(filters.stream().<SpectralFilter>map(g -> (l -> l * g.at(l))).toList());
  }

  /**
   * {@return the columns of one filter in the result of {@link #predict}, as a borrowed view}
   *
   * @param predictions result of {@link #predict} or {@link #fitted}
   * @param filter number of the filter from 0
   */
  public HostMatrix columns(HostMatrix predictions, int filter) {
    long from = (long) filter * outputs();
    return KernelMatrices.block(predictions, 0, predictions.rows(), from, from + outputs());
  }

  /** Returns the training inputs in float64. */
  Inputs train() {
    return train;
  }

  /** Returns what computes. */
  Backend backend() {
    return backend;
  }

  /** {@return k} */
  public Kernel kernel() {
    return kernel;
  }

  /** Frees the eigenvectors. */
  @Override
  public void close() {
    vectors.close();
    projections.close();
    targets.close();
    train.close();
  }
}
