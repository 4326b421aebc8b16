package dev.lamina.analysis.regression;

import dev.lamina.backend.Backend;
import dev.lamina.backend.MemoryBudget;
import dev.lamina.backend.MemoryBudgetException;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;

/**
 * Regression with the NNGP and the tangent kernel of one network cut off at several depths.
 *
 * <p>One pass over the inputs yields both kernels of all depths, as far as their matrices fit in
 * half of the memory budget; otherwise as many depths as fit are done at a time.
 */
public final class DepthSweep {
  private final Backend backend;
  private final TrainTest data;
  private final RegressionSettings settings;

  private DepthSweep(Backend backend, TrainTest data, RegressionSettings settings) {
    this.backend = backend;
    this.data = data;
    this.settings = settings;
  }

  /**
   * One kernel's fit.
   *
   * @param score on the test samples
   * @param logMarginalLikelihood of the training targets
   * @param jitter what was added to the diagonal beside the noise
   */
  public record Fit(Score score, double logMarginalLikelihood, double jitter) {}

  /**
   * Both kernels' fits at one depth.
   *
   * @param depth number of hidden layers
   * @param nngp fit with the NNGP kernel
   * @param ntk fit with the tangent kernel
   */
  public record Point(int depth, Fit nngp, Fit ntk) {}

  /**
   * Fits and scores both kernels at all depths.
   *
   * @param backend what computes
   * @param kernels the network and the depths
   * @param data training and test samples
   * @param settings noise and precision
   * @return one point for each depth, in their order
   * @throws MemoryBudgetException if the two training matrices of a single depth, 2N² entries of
   *     the kernel type, do not fit in the budget
   */
  public static List<Point> run(
      Backend backend, NeuralKernels kernels, TrainTest data, RegressionSettings settings) {
    DepthSweep sweep = new DepthSweep(backend, data, settings);
    int together = sweep.depthsTogether();
    List<Point> points = new ArrayList<>();
    try (Inputs train = Inputs.of(data.trainX(), settings.precision().kernelType());
        Inputs test = Inputs.of(data.testX(), settings.precision().kernelType());
        HostMatrix y = data.trainY().toMatrix()) {
      Inputs.require("depth sweep", train.matrix(), y);
      List<Integer> depths = kernels.depths();
      for (int from = 0; from < depths.size(); from += together) {
        List<Integer> part = depths.subList(from, Math.min(depths.size(), from + together));
        NeuralKernels group = new NeuralKernels(kernels.network().prefix(part.getLast()), part);
        points.addAll(sweep.group(group, train.matrix(), test.matrix(), y));
      }
    }
    return points;
  }

  /** Returns how many depths' pairs of training matrices fit in half of what is left. */
  int depthsTogether() {
    MemoryBudget budget = backend.budget();
    long n = data.trainX().rows();
    long pair = pairBytes(n, n);
    if (pair > budget.available()) {
      throw new MemoryBudgetException(
          "depth sweep: the NNGP and NTK matrices of %d samples at one depth".formatted(n),
          pair,
          budget.available(),
          budget.limit());
    }
    return Math.toIntExact(Math.clamp(budget.available() / 2 / pair, 1, Integer.MAX_VALUE));
  }

  private long pairBytes(long rows, long cols) {
    long entries = Math.multiplyExact(rows, cols);
    return Math.multiplyExact(entries, 2L * settings.precision().kernelType().bytes());
  }

  private List<Point> group(
      NeuralKernels kernels, HostMatrix train, HostMatrix test, HostMatrix y) {
    int depths = kernels.depths().size();
    List<CholeskyFit> fits = fits(kernels, train, y);
    try (Owned owned = new Owned()) {
      List<HostMatrix> weights = new ArrayList<>();
      List<HostMatrix> means = new ArrayList<>();
      for (CholeskyFit fit : fits) {
        weights.add(owned.add(fit.weights().copy(train.dtype())));
        means.add(owned.add(HostMatrix.allocate(train.dtype(), test.rows(), y.cols())));
      }
      predict(kernels, train, test, weights, means);
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < depths; i++) {
        points.add(
            new Point(
                kernels.depths().get(i),
                score(fits.get(i), means.get(i)),
                score(fits.get(depths + i), means.get(depths + i))));
      }
      return points;
    } finally {
      fits.forEach(fit -> fit.weights().close());
    }
  }

  private Fit score(CholeskyFit fit, HostMatrix mean) {
    return new Fit(data.testY().score(mean), fit.logMarginalLikelihood(), fit.jitter());
  }

  /** Returns the fits of all NNGP kernels followed by those of all tangent kernels. */
  private List<CholeskyFit> fits(NeuralKernels kernels, HostMatrix train, HostMatrix y) {
    long n = train.rows();
    int depths = kernels.depths().size();
    List<CholeskyFit> fits = new ArrayList<>();
    MemoryBudget budget = backend.budget();
    try (var _ = budget.reserve(depths * pairBytes(n, n), "depth sweep: training matrices");
        Owned owned = new Owned()) {
      List<HostMatrix> matrices = allocate(owned, train.dtype(), 2 * depths, n, n);
      backend
          .gram()
          .compute(
              kernels,
              train,
              train,
              matrices.subList(0, depths),
              matrices.subList(depths, 2 * depths));
      for (HostMatrix matrix : matrices) {
        fits.add(fit(matrix, y));
      }
      return fits;
    } catch (RuntimeException | Error e) {
      fits.forEach(fit -> fit.weights().close());
      throw e;
    }
  }

  /**
   * Fits to a kernel matrix, which is factored in place if it is float64; the factor is not kept.
   */
  private CholeskyFit fit(HostMatrix matrix, HostMatrix y) {
    if (matrix.dtype() == DType.FLOAT64) {
      return CholeskyFit.of(backend.solve(), matrix, y, settings);
    }
    try (HostMatrix widened = matrix.copy(DType.FLOAT64)) {
      return CholeskyFit.of(backend.solve(), widened, y, settings);
    }
  }

  private void predict(
      NeuralKernels kernels,
      HostMatrix train,
      HostMatrix test,
      List<HostMatrix> weights,
      List<HostMatrix> means) {
    int depths = kernels.depths().size();
    String what = "depth sweep: kernels of a batch of test rows";
    MemoryBudget budget = backend.budget();
    BatchPlan plan = BatchPlan.of(what, test.rows(), depths * pairBytes(1, train.rows()), budget);
    try (var _ = plan.reserve(what, budget);
        Owned owned = new Owned()) {
      List<HostMatrix> full = allocate(owned, train.dtype(), 2 * depths, plan.rows(), train.rows());
      for (long batch = 0; batch < plan.count(); batch++) {
        long from = plan.from(batch);
        long to = plan.to(batch);
        List<HostMatrix> cross = full.stream().map(m -> m.rows(0, to - from)).toList();
        backend
            .gram()
            .compute(
                kernels,
                test.rows(from, to),
                train,
                cross.subList(0, depths),
                cross.subList(depths, 2 * depths));
        for (int i = 0; i < cross.size(); i++) {
          HostMatrix out = means.get(i).rows(from, to);
          backend.gram().gemm(cross.get(i), false, weights.get(i), false, 1, 0, out);
        }
      }
    }
  }

  private static List<HostMatrix> allocate(
      Owned owned, DType type, int count, long rows, long cols) {
    List<HostMatrix> matrices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      matrices.add(owned.add(HostMatrix.allocate(type, rows, cols)));
    }
    return matrices;
  }
}
