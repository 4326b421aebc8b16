package dev.lamina.analysis.regression;

import dev.lamina.backend.Backend;
import dev.lamina.backend.MemoryBudget;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An infinitely wide network during training: the distribution over initialisations of its outputs
 * at time t of gradient flow, in closed form (Jacot et al. 2018; Lee et al. 2019, (14) to (16)).
 *
 * <p>The loss is the sum ½ Σ_n ‖f(x_n) − y_n‖² over the training samples, and parameters follow
 * dθ/dt = −η ∇loss; only τ = ηt matters. For the mean over samples divide η by N; without the ½
 * double it. With the tangent kernel Θ the ensemble mean is
 *
 * <pre>   E f_t(x) = Θ(x, X) Θ⁻¹ (I − e^(−ηΘt)) Y</pre>
 *
 * and tends to kernel regression without ridge. Directions in which Θ is singular are not learnt.
 */
public final class GradientFlow implements AutoCloseable {
  private final KernelSpectrum spectrum;

  private GradientFlow(KernelSpectrum spectrum) {
    this.spectrum = spectrum;
  }

  /**
   * Decomposes the tangent kernel matrix of the training samples.
   *
   * @param backend what computes; must stay open as long as this is used
   * @param ntk Θ
   * @param x training inputs, N×d; must stay open as long as this is used
   * @param y targets, N×C, finite
   * @return the decomposition; the caller closes it
   */
  public static GradientFlow of(Backend backend, Kernel ntk, HostMatrix x, HostMatrix y) {
    return new GradientFlow(KernelSpectrum.of(backend, ntk, x, y));
  }

  /** {@return the spectrum of Θ, owned by this object} */
  public KernelSpectrum spectrum() {
    return spectrum;
  }

  /**
   * Returns the ensemble means at several times.
   *
   * @param test M×d
   * @param times values of τ = ηt ≥ 0; may contain ∞
   * @return M×(T·C) float64: the C columns of time s start at s·C; the caller closes it
   */
  public HostMatrix mean(HostMatrix test, double... times) {
    return spectrum.predict(test, filters(times));
  }

  /**
   * {@return the ensemble means of the training samples at several times, arranged like {@link
   * #mean}}
   *
   * @param times values of τ = ηt ≥ 0; may contain ∞
   */
  public HostMatrix trainingMean(double... times) {
    return spectrum.fitted(filters(times));
  }

  private static List<SpectralFilter> filters(double[] times) {
    return Arrays.stream(times).mapToObj(SpectralFilter::gradientFlow).toList();
  }

  /**
   * {@return times on a logarithmic grid that shows all of the training: from a tenth of the
   * fastest direction's time constant 1/λ_max to ten times the slowest learnt one's}
   *
   * @param count how many, ≥ 2
   */
  public double[] timeGrid(int count) {
    double[] eigenvalues = spectrum.eigenvalues();
    if (spectrum.rank() == 0) {
      throw new IllegalStateException("timeGrid: the tangent kernel matrix is zero");
    }
    double slowest = eigenvalues[eigenvalues.length - spectrum.rank()];
    return RidgeSweep.logGrid(0.1 / eigenvalues[eigenvalues.length - 1], 10 / slowest, count);
  }

  /**
   * Returns the ensemble variances at several times (Lee et al. 2019, (16)): with R = Θ(x, X) Θ⁻¹
   * (I − e^(−ηΘt)) and the covariance K at initialisation
   *
   * <pre>   Var f_t(x) = K(x, x) + R K(X, X) Rᵀ − 2 R K(X, x)</pre>
   *
   * which is the same for all outputs. Negative rounding results are returned as 0.
   *
   * @param nngp K, the kernel of the same network's outputs at initialisation
   * @param test M×d
   * @param times values of τ = ηt ≥ 0; may contain ∞
   * @return M×T float64; the caller closes it
   */
  public HostMatrix variance(Kernel nngp, HostMatrix test, double... times) {
    spectrum.train().requireSameCols("variance", test);
    String what = "ensemble variance of a batch of test rows";
    MemoryBudget budget = spectrum.backend().budget();
    HostMatrix x = spectrum.train().matrix();
    BatchPlan plan =
        BatchPlan.of(what, test.rows(), Math.multiplyExact(x.rows(), 5L * Double.BYTES), budget);
    HostMatrix out = HostMatrix.allocate(DType.FLOAT64, test.rows(), times.length);
    try (Inputs inputs = Inputs.of(test, DType.FLOAT64);
        HostMatrix rotated = rotatedPrior(nngp);
        var _ = plan.reserve(what, budget)) {
      List<SpectralFilter> filters = filters(times);
      for (long batch = 0; batch < plan.count(); batch++) {
        long from = plan.from(batch);
        long to = plan.to(batch);
        HostMatrix rows = inputs.matrix().rows(from, to);
        varianceBatch(nngp, rotated, rows, filters, out.rows(from, to));
      }
      return out;
    } catch (RuntimeException | Error e) {
      out.close();
      throw e;
    }
  }

  /** Returns Vᵀ K V, the covariance at initialisation in the basis of Θ's eigenvectors. */
  private HostMatrix rotatedPrior(Kernel nngp) {
    HostMatrix x = spectrum.train().matrix();
    HostMatrix vectors = spectrum.vectors();
    HostMatrix k = HostMatrix.allocate(DType.FLOAT64, x.rows(), x.rows());
    try (HostMatrix half = HostMatrix.allocate(DType.FLOAT64, x.rows(), x.rows())) {
      Backend backend = spectrum.backend();
      backend.gram().compute(nngp, x, x, k);
      backend.gram().gemm(vectors, false, k, false, 1, 0, half);
      backend.gram().gemm(half, false, vectors, true, 1, 0, k);
      return k;
    } catch (RuntimeException | Error e) {
      k.close();
      throw e;
    }
  }

  private void varianceBatch(
      Kernel nngp,
      HostMatrix rotated,
      HostMatrix test,
      List<SpectralFilter> filters,
      HostMatrix out) {
    Backend backend = spectrum.backend();
    HostMatrix x = spectrum.train().matrix();
    try (Owned buffers = new Owned()) {
      List<HostMatrix> b = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        b.add(buffers.add(HostMatrix.allocate(DType.FLOAT64, test.rows(), x.rows())));
      }
      HostMatrix prior = buffers.add(HostMatrix.allocate(DType.FLOAT64, test.rows(), 1));
      HostMatrix cross = b.get(0);
      HostMatrix tangent = b.get(1);
      HostMatrix covariance = b.get(2);
      backend.gram().diagonal(nngp, test, prior);
      backend.gram().compute(spectrum.kernel(), test, x, cross);
      backend.gram().gemm(cross, false, spectrum.vectors(), true, 1, 0, tangent);
      backend.gram().compute(nngp, test, x, cross);
      backend.gram().gemm(cross, false, spectrum.vectors(), true, 1, 0, covariance);
      for (int s = 0; s < filters.size(); s++) {
        HostMatrix response = b.get(3);
        scaleColumns(tangent, filters.get(s), response);
        backend.gram().gemm(response, false, rotated, false, 1, 0, b.get(4));
        for (long i = 0; i < test.rows(); i++) {
          double change = change(response, b.get(4), covariance, i);
          out.set(i, s, Math.max(0, prior.get(i, 0) + change));
        }
      }
    }
  }

  private void scaleColumns(HostMatrix m, SpectralFilter filter, HostMatrix out) {
    double[] factors = Arrays.stream(spectrum.eigenvalues()).map(filter::at).toArray();
    for (long i = 0; i < m.rows(); i++) {
      for (int k = 0; k < factors.length; k++) {
        out.set(i, k, factors[k] * m.get(i, k));
      }
    }
  }

  /** Returns R K Rᵀ − 2 R K(X, x) for one test row, all in the basis of eigenvectors. */
  private static double change(
      HostMatrix response, HostMatrix product, HostMatrix covariance, long row) {
    double sum = 0;
    for (long k = 0; k < response.cols(); k++) {
      sum += response.get(row, k) * (product.get(row, k) - 2 * covariance.get(row, k));
    }
    return sum;
  }

  /** Frees the eigenvectors. */
  @Override
  public void close() {
    spectrum.close();
  }
}
