package dev.lamina.analysis.audit;

import dev.lamina.analysis.audit.AuditReport.Worst;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Recomputes sampled entries of a kernel matrix in float64 and says how far the matrix is from
 * them.
 *
 * <p>The reference is the same formula on the same backend, applied to float64 copies of the
 * sampled rows as the matrix saw them: it measures rounding, not the choice of formula, and not the
 * rounding of inputs that were narrowed before.
 */
public final class KernelAudit {
  /**
   * Pairs per reference computation: one block of this many rows each way, of which the diagonal
   * counts.
   */
  private static final int BLOCK = 64;

  private final Backend backend;
  private final Kernel kernel;
  private final HostMatrix x;
  private final HostMatrix z;
  private final HostMatrix values;
  private final Optional<HostMatrix> angles;
  private double relative;
  private double entry;
  private double angle;
  private Worst worst = new Worst(0, 0, 0, 0);

  private KernelAudit(
      Backend backend,
      Kernel kernel,
      HostMatrix x,
      HostMatrix z,
      HostMatrix values,
      Optional<HostMatrix> angles) {
    this.backend = backend;
    this.kernel = kernel;
    this.x = x;
    this.z = z;
    this.values = values;
    this.angles = angles;
  }

  /**
   * Checks a kernel matrix.
   *
   * @param backend what computes the reference
   * @param kernel k
   * @param x N×d inputs as the matrix was computed from, N ≥ 1
   * @param z M×d, M ≥ 1; {@code x} itself if the matrix is symmetric
   * @param values N×M, what was computed
   * @param angles N×M angles under the kernel, if they are to be checked too
   * @param settings how many entries
   * @return the errors found
   */
  public static AuditReport of(
      Backend backend,
      Kernel kernel,
      HostMatrix x,
      HostMatrix z,
      HostMatrix values,
      Optional<HostMatrix> angles,
      AuditSettings settings) {
    if (values.rows() != x.rows()
        || values.cols() != z.rows()
        || values.rows() * values.cols() == 0) {
      throw new IllegalArgumentException(
          "audit: values must be %d×%d and not empty but are %s"
              .formatted(x.rows(), z.rows(), values.shape()));
    }
    List<Pair> parallel = ParallelPairs.find(backend, x, z, settings.mostParallel());
    List<Pair> pairs =
        settings.pairs() >= values.rows() * values.cols()
            ? all(values)
            : sample(parallel, values, settings);
    KernelAudit audit = new KernelAudit(backend, kernel, x, z, values, angles);
    for (int from = 0; from < pairs.size(); from += BLOCK) {
      audit.check(pairs.subList(from, Math.min(pairs.size(), from + BLOCK)));
    }
    return new AuditReport(
        pairs.size(),
        parallel.size(),
        settings.seed(),
        audit.relative,
        audit.entry,
        angles.isPresent() ? OptionalDouble.of(audit.angle) : OptionalDouble.empty(),
        audit.worst);
  }

  private static List<Pair> all(HostMatrix values) {
    List<Pair> pairs = new ArrayList<>();
    for (long i = 0; i < values.rows(); i++) {
      for (long j = 0; j < values.cols(); j++) {
        pairs.add(new Pair(i, j));
      }
    }
    return pairs;
  }

  private static List<Pair> sample(List<Pair> parallel, HostMatrix values, AuditSettings settings) {
    List<Pair> pairs = new ArrayList<>(parallel);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(settings.seed());
    while (pairs.size() < settings.pairs()) {
      pairs.add(new Pair(random.nextLong(values.rows()), random.nextLong(values.cols())));
    }
    return pairs;
  }

  private void check(List<Pair> pairs) {
    int n = pairs.size();
    try (HostMatrix xs = HostMatrix.allocate(DType.FLOAT64, n, x.cols());
        HostMatrix zs = HostMatrix.allocate(DType.FLOAT64, n, z.cols());
        HostMatrix want = HostMatrix.allocate(DType.FLOAT64, n, n);
        HostMatrix wantAngles = HostMatrix.allocate(DType.FLOAT64, n, n);
        HostMatrix selfX = HostMatrix.allocate(DType.FLOAT64, n, 1);
        HostMatrix selfZ = HostMatrix.allocate(DType.FLOAT64, n, 1)) {
      for (int p = 0; p < n; p++) {
        copyRow(x, pairs.get(p).row(), xs, p);
        copyRow(z, pairs.get(p).col(), zs, p);
      }
      if (angles.isPresent()) {
        backend.gram().compute(kernel, xs, zs, want, wantAngles);
      } else {
        backend.gram().compute(kernel, xs, zs, want);
      }
      backend.gram().diagonal(kernel, xs, selfX);
      backend.gram().diagonal(kernel, zs, selfZ);
      for (int p = 0; p < n; p++) {
        double scale = Math.sqrt(selfX.get(p, 0)) * Math.sqrt(selfZ.get(p, 0));
        compare(pairs.get(p), want.get(p, p), scale, wantAngles.get(p, p));
      }
    }
  }

  private static void copyRow(HostMatrix from, long row, HostMatrix to, long target) {
    to.rows(target, target + 1).copyFrom(from.rows(row, row + 1));
  }

  private void compare(Pair pair, double want, double scale, double wantAngle) {
    double got = values.get(pair.row(), pair.col());
    double error = Math.abs(got - want);
    double scaled = error == 0 ? 0 : error / scale;
    // Math.max hands a NaN on, so that one NaN entry cannot hide.
    if (!(scaled <= relative) && !Double.isNaN(relative)) {
      worst = new Worst(pair.row(), pair.col(), got, want);
    }
    relative = Math.max(relative, scaled);
    if (want != 0) {
      entry = Math.max(entry, error / Math.abs(want));
    }
    if (angles.isPresent() && wantAngle > 0) {
      double gotAngle = angles.get().get(pair.row(), pair.col());
      angle = Math.max(angle, Math.abs(gotAngle - wantAngle) / wantAngle);
    }
  }
}
