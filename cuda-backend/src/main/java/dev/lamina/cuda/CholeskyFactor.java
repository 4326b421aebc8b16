package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.NotPositiveDefiniteException;
import java.util.Iterator;

/**
 * The Cholesky factorisation of a matrix in place, left-looking tile by tile.
 *
 * <p>When jitter is allowed, the lower triangle is kept in the upper one, which the factorisation
 * leaves alone, and the diagonal apart: a failed attempt is undone from there.
 */
final class CholeskyFactor {
  private static final int TILES_AT_A_TIME = 3;

  private final Workspace workspace;
  private final DeviceContext context;
  private final Triangles triangles;
  private final Matrix a;
  private final SquareTiles.Plan plan;

  /** The first value says whether the attempt failed, the second is the pivot's value. */
  private final DeviceBlock report;

  private final HostMatrix reported;

  /** A pivot that is not positive. */
  private record Failure(long pivot, double value) {}

  private CholeskyFactor(Workspace workspace, Triangles triangles, Matrix a) {
    this.workspace = workspace;
    this.context = workspace.context();
    this.triangles = triangles;
    this.a = a;
    this.report = workspace.block("the report", DType.FLOAT64, 1, 2);
    this.reported = workspace.host("the report", DType.FLOAT64, 1, 2);
    this.plan = SquareTiles.Plan.of(workspace, a, TILES_AT_A_TIME, 0, 1);
  }

  /**
   * Replaces the lower triangle of {@code a} by the factor of {@code a + jitter·I}.
   *
   * @return the addition that was used
   * @throws NotPositiveDefiniteException if none was enough
   */
  static double factor(Workspace workspace, Triangles triangles, Matrix a, Jitter jitter) {
    if (a.rows() == 0) {
      return 0;
    }
    CholeskyFactor factor = new CholeskyFactor(workspace, triangles, a);
    return jitter.attempts() == 0 ? factor.once() : factor.withJitter(jitter);
  }

  private double once() {
    try (SquareTiles tiles = new SquareTiles(workspace, a, plan)) {
      Failure failure = attempt(tiles);
      if (failure != null) {
        throw exception(failure, 0);
      }
    }
    return 0;
  }

  private NotPositiveDefiniteException exception(Failure failure, double addition) {
    return new NotPositiveDefiniteException(
        workspace.operation(), failure.pivot, failure.value, addition);
  }

  private double withJitter(Jitter jitter) {
    HostMatrix diagonal = workspace.host("a copy of the diagonal", DType.FLOAT64, a.rows(), 1);
    try (SquareTiles tiles = new SquareTiles(workspace, a, plan)) {
      keep(tiles, diagonal);
      double[] values = new double[Math.toIntExact(a.rows())];
      java.util.Arrays.setAll(values, i -> diagonal.get(i, 0));
      Iterator<Double> more = jitter.additions(values, a.dtype()).iterator();
      double addition = 0;
      while (true) {
        Failure failure = attempt(tiles);
        if (failure == null) {
          return addition;
        }
        if (Double.isNaN(failure.value) || !more.hasNext()) {
          throw exception(failure, addition);
        }
        addition = more.next();
        restore(tiles, diagonal, addition);
      }
    }
  }

  /** Copies the lower triangle to the upper one, and the diagonal. */
  private void keep(SquareTiles tiles, HostMatrix diagonal) {
    if (tiles.isResident()) {
      DeviceBlock whole = tiles.whole();
      mirror(whole, false);
      DeviceBlock values = workspace.block("the diagonal", DType.FLOAT64, whole.rows(), 1);
      Launch.of(
              context,
              whole.dtype(),
              DeviceFunction.GET_DIAGONAL_F32,
              DeviceFunction.GET_DIAGONAL_F64)
          .with(whole.address(), whole.rows(), whole.stride(), values.address())
          .run(diagonalBlocks(whole));
      context.download(values, diagonal);
    } else {
      HostMatrix host = (HostMatrix) a;
      HostParts.lowerToUpper(host);
      for (long i = 0; i < host.rows(); i++) {
        diagonal.set(i, 0, host.get(i, i));
      }
    }
  }

  /** Brings the matrix back and adds to its diagonal. */
  private void restore(SquareTiles tiles, HostMatrix diagonal, double addition) {
    if (tiles.isResident()) {
      DeviceBlock whole = tiles.whole();
      mirror(whole, true);
      try (Workspace own = context.workspace(workspace.operation())) {
        DeviceBlock values = own.block("the diagonal", DType.FLOAT64, whole.rows(), 1);
        context.upload(diagonal, values);
        Launch.of(
                context,
                whole.dtype(),
                DeviceFunction.SET_DIAGONAL_F32,
                DeviceFunction.SET_DIAGONAL_F64)
            .with(whole.address(), whole.rows(), whole.stride(), values.address())
            .real(addition)
            .run(diagonalBlocks(whole));
      }
    } else {
      HostMatrix host = (HostMatrix) a;
      tiles.flush();
      HostParts.upperToLower(host);
      for (long i = 0; i < host.rows(); i++) {
        host.set(i, i, diagonal.get(i, 0) + addition);
      }
    }
  }

  private static long diagonalBlocks(DeviceBlock whole) {
    return Math.ceilDiv(whole.rows(), (long) DeviceFunction.GET_DIAGONAL_F32.threads());
  }

  private void mirror(DeviceBlock whole, boolean fromUpper) {
    Launch.of(context, whole.dtype(), DeviceFunction.MIRROR_F32, DeviceFunction.MIRROR_F64)
        .with(whole.address(), whole.rows(), whole.stride(), fromUpper ? 1 : 0)
        .runLowerTiles(whole.rows());
  }

  /** Factors once; returns null if that succeeded. */
  private Failure attempt(SquareTiles tiles) {
    reported.set(0, 0, -1);
    reported.set(0, 1, 0);
    context.upload(reported, report);
    for (int j = 0; j < tiles.count(); j++) {
      for (int i = j; i < tiles.count(); i++) {
        for (int k = 0; k < j; k++) {
          update(tiles, i, j, k);
        }
        if (i == j) {
          triangles.factor(tiles.write(j, j), tiles.start(j), report);
        } else {
          DeviceBlock target = tiles.write(i, j);
          triangles.solveRight(tiles.read(j, j), target, report);
        }
      }
    }
    context.download(report, reported);
    long pivot = (long) reported.get(0, 0);
    return pivot < 0 ? null : new Failure(pivot, reported.get(0, 1));
  }

  /** Computes A_ij ← A_ij − L_ik L_jkᵀ, of a tile on the diagonal the lower triangle. */
  private void update(SquareTiles tiles, int i, int j, int k) {
    DeviceBlock target = tiles.write(i, j);
    DeviceBlock left = tiles.read(i, k);
    if (i == j) {
      triangles.subtractSquare(left, target);
    } else {
      triangles.subtract(left, false, tiles.read(j, k), true, target);
    }
  }
}
