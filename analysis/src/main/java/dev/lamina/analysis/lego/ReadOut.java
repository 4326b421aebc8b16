package dev.lamina.analysis.lego;

import dev.lamina.analysis.lego.LegoPlan.LegoLoss;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.NotPositiveDefiniteException;

/**
 * The posterior mean of Gaussian-process regression with the kernel of a layer's n activations,
 * k(x, x') = (σ_a²/n) φ(x)·φ(x') + σ_b²: a linear function of the activations, f(x) = W φ(x) + b
 * (Rasmussen and Williams 2006, (2.11)). Everything is float64.
 *
 * <p>With more samples than features it is found from F'F + σ²I (n + 1 rows), and from FF' + σ²I (N
 * rows) otherwise; F are the features √(σ_a²/n) φ with a last one of σ_b. If the bias is free, its
 * prior variance infinite, features and targets are centred instead.
 *
 * @param weights W, C×n
 * @param bias b, 1×C
 * @param evidence ½ tr Y'A⁻¹Y + (C/2) log det A, the evidence form of the samples it was fitted to
 */
record ReadOut(HostMatrix weights, HostMatrix bias, double evidence) implements AutoCloseable {

  /**
   * Fits a read-out; the caller closes it.
   *
   * @param features activations of the training samples
   * @param y N×C float64
   * @param loss noise and prior variances
   */
  static ReadOut fit(LayerFeatures features, HostMatrix y, LegoLoss loss) {
    Backend backend = features.backend();
    long n = features.cols();
    double scale = Math.sqrt(loss.readoutVariance() / n);
    double constant = loss.centred() ? 0 : Math.sqrt(loss.biasVariance());
    try (Samples samples = Samples.of(features, y, loss.centred());
        HostMatrix solution =
            features.rows() > n
                ? samples.primal(backend, scale, constant, loss)
                : samples.dual(backend, scale, constant, loss, features)) {
      return of(solution, samples, scale, constant);
    } catch (NotPositiveDefiniteException e) {
      throw new IllegalArgumentException(
          "read-out: the Gram matrix of %d samples plus noise %s is singular; give a larger noise"
              .formatted(features.rows(), loss.noise()),
          e);
    }
  }

  /** Turns weights of scaled features into those of activations. */
  private static ReadOut of(HostMatrix solution, Samples samples, double scale, double constant) {
    long n = solution.rows() - 1;
    long outputs = solution.cols();
    HostMatrix weights = HostMatrix.allocate(DType.FLOAT64, outputs, n);
    HostMatrix bias = HostMatrix.allocate(DType.FLOAT64, 1, outputs);
    for (int c = 0; c < outputs; c++) {
      double b = constant * solution.get(n, c) + samples.targetMeans()[c];
      for (int j = 0; j < n; j++) {
        double w = scale * solution.get(j, c);
        weights.set(c, j, w);
        b -= w * samples.featureMeans()[j];
      }
      bias.set(0, c, b);
    }
    return new ReadOut(weights, bias, samples.evidence());
  }

  /**
   * Returns what it predicts; the caller closes it.
   *
   * @param features activations of M samples
   * @return M×C
   */
  HostMatrix predict(LayerFeatures features) {
    HostMatrix out = HostMatrix.allocate(DType.FLOAT64, features.rows(), bias.cols());
    features.forEach((from, block) -> {
      HostMatrix rows = out.rows(from, from + block.rows());
      for (long i = 0; i < rows.rows(); i++) {
        for (long c = 0; c < rows.cols(); c++) {
          rows.set(i, c, bias.get(0, c));
        }
      }
      features.backend().gram().gemm(block, false, weights, true, 1, 1, rows);
    });
    return out;
  }

  @Override
  public void close() {
    weights.close();
    bias.close();
  }

  /** Sums over the training samples, and the system that is made of them. */
  private static final class Samples implements AutoCloseable {
    private final long count;
    private final HostMatrix targets;
    private final double[] featureMeans;
    private final double[] targetMeans;
    private double evidence = Double.NaN;
    private final HostMatrix gram;
    private final HostMatrix cross;

    private Samples(
        HostMatrix targets,
        double[] featureMeans,
        double[] targetMeans,
        HostMatrix gram,
        HostMatrix cross) {
      this.count = targets.rows();
      this.targets = targets;
      this.featureMeans = featureMeans;
      this.targetMeans = targetMeans;
      this.gram = gram;
      this.cross = cross;
    }

    /** Returns means, all 0 unless they are to be taken away. */
    static Samples of(LayerFeatures features, HostMatrix y, boolean centred) {
      int n = Math.toIntExact(features.cols());
      double[] means = new double[n];
      double[] targetMeans = new double[Math.toIntExact(y.cols())];
      if (centred) {
        addMeans(y, y.rows(), targetMeans);
        features.forEach((_, block) -> addMeans(block, y.rows(), means));
      }
      boolean primal = features.rows() > n;
      HostMatrix gram =
          HostMatrix.allocate(DType.FLOAT64, primal ? n + 1L : 0, primal ? n + 1L : 0);
      HostMatrix cross = HostMatrix.allocate(DType.FLOAT64, n + 1L, y.cols());
      HostMatrix targets = y.copy(DType.FLOAT64);
      subtract(targets, targetMeans);
      Samples samples = new Samples(targets, means, targetMeans, gram, cross);
      if (primal) {
        features.forEach((from, block) -> samples.add(features.backend(), from, block));
      }
      return samples;
    }

    private static void addMeans(HostMatrix block, long count, double[] means) {
      for (long i = 0; i < block.rows(); i++) {
        for (int j = 0; j < means.length; j++) {
          means[j] += block.get(i, j) / count;
        }
      }
    }

    private static void subtract(HostMatrix block, double[] means) {
      for (long i = 0; i < block.rows(); i++) {
        for (int j = 0; j < means.length; j++) {
          block.set(i, j, block.get(i, j) - means[j]);
        }
      }
    }

    /** Returns a block of centred activations with a last column of ones. */
    private HostMatrix extended(HostMatrix block, double scale, double constant) {
      HostMatrix wide = HostMatrix.allocate(DType.FLOAT64, block.rows(), block.cols() + 1);
      for (long i = 0; i < block.rows(); i++) {
        for (int j = 0; j < block.cols(); j++) {
          wide.set(i, j, scale * (block.get(i, j) - featureMeans[j]));
        }
        wide.set(i, block.cols(), constant);
      }
      return wide;
    }

    private void add(Backend backend, long from, HostMatrix block) {
      try (HostMatrix wide = extended(block, 1, 1)) {
        backend.gram().gemm(wide, true, wide, false, 1, 1, gram);
        HostMatrix rows = targets.rows(from, from + block.rows());
        backend.gram().gemm(wide, true, rows, false, 1, 1, cross);
      }
    }

    /** Returns (F'F + σ²I)⁻¹ F'Y. */
    HostMatrix primal(Backend backend, double scale, double constant, LegoLoss loss) {
      long m = gram.rows();
      for (long i = 0; i < m; i++) {
        double row = i == m - 1 ? constant : scale;
        for (long j = 0; j < m; j++) {
          double value = row * (j == m - 1 ? constant : scale) * gram.get(i, j);
          gram.set(i, j, i == j ? value + loss.noise() : value);
        }
        for (long c = 0; c < cross.cols(); c++) {
          cross.set(i, c, row * cross.get(i, c));
        }
      }
      HostMatrix solution = cross.copy(DType.FLOAT64);
      backend.solve().cholesky(gram, Jitter.NONE);
      backend.solve().solve(gram, solution);
      double explained = backend.gram().dot(cross, solution);
      double square = backend.gram().dot(targets, targets);
      double rest = (count - m) * Math.log(loss.noise());
      setEvidence(
          (square - explained) / (2 * loss.noise()),
          backend.solve().logDeterminant(gram) + rest,
          loss);
      return solution;
    }

    /** Returns F'(FF' + σ²I)⁻¹ Y. */
    HostMatrix dual(
        Backend backend, double scale, double constant, LegoLoss loss, LayerFeatures features) {
      try (HostMatrix wide = HostMatrix.allocate(DType.FLOAT64, count, features.cols() + 1);
          HostMatrix a = HostMatrix.allocate(DType.FLOAT64, count, count);
          HostMatrix alpha = targets.copy(DType.FLOAT64)) {
        features.forEach((from, block) -> {
          try (HostMatrix part = extended(block, scale, constant)) {
            wide.rows(from, from + block.rows()).copyFrom(part);
          }
        });
        backend.gram().rowProducts(wide, 1, 0, a);
        for (long i = 0; i < count; i++) {
          a.set(i, i, a.get(i, i) + loss.noise());
        }
        backend.solve().cholesky(a, Jitter.NONE);
        backend.solve().solve(a, alpha);
        setEvidence(
            backend.gram().dot(targets, alpha) / 2, backend.solve().logDeterminant(a), loss);
        HostMatrix solution = HostMatrix.allocate(DType.FLOAT64, wide.cols(), targets.cols());
        backend.gram().gemm(wide, true, alpha, false, 1, 0, solution);
        return solution;
      }
    }

    private void setEvidence(double fit, double logDeterminant, LegoLoss loss) {
      double free = loss.centred() ? Math.log(loss.noise()) : 0;
      evidence = fit + targets.cols() / 2.0 * (logDeterminant - free);
    }

    double evidence() {
      return evidence;
    }

    double[] featureMeans() {
      return featureMeans;
    }

    double[] targetMeans() {
      return targetMeans;
    }

    @Override
    public void close() {
      targets.close();
      gram.close();
      cross.close();
    }
  }
}
