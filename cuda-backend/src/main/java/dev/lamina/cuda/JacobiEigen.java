package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.stream.LongStream;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's method in float64: sweeps of
 * rounds, each of which turns n/2 disjoint pairs of rows and columns at once (Golub and Van Loan
 * 2013, section 8.5).
 */
final class JacobiEigen {

  /** Sweeps that convergence takes at most in practice, twice over. */
  private static final int MOST_SWEEPS = 40;

  private static final int PRODUCTS_PER_BLOCK = 8192;

  private final Workspace workspace;
  private final DeviceContext context;
  private final long n;
  private final DeviceBlock work;
  private final DeviceBlock vectors;
  private final DeviceBlock rotations;
  private final DeviceBlock count;
  private final HostMatrix scalar;

  private JacobiEigen(Workspace workspace, Matrix a, boolean vectors) {
    this.workspace = workspace;
    this.context = workspace.context();
    this.n = a.rows();
    work = workspace.block("a copy of the matrix", DType.FLOAT64, n, n);
    this.vectors = vectors ? workspace.block("eigenvectors", DType.FLOAT64, n, n) : null;
    rotations = workspace.block("rotations", DType.FLOAT64, n + 1, 2);
    count = workspace.block("the number of rotations", DType.FLOAT64, 1, 1);
    scalar = workspace.host("the number of rotations", DType.FLOAT64, 1, 1);
  }

  /**
   * Replaces a matrix by its eigenvectors.
   *
   * @param workspace takes the memory
   * @param a N×N, its lower triangle is read; row i becomes the eigenvector of eigenvalue i if
   *     {@code vectors}
   * @param values N×1, overwritten by the eigenvalues in ascending order
   * @param vectors whether eigenvectors are wanted
   */
  static void decompose(Workspace workspace, Matrix a, Matrix values, boolean vectors) {
    if (a.rows() == 0) {
      return;
    }
    JacobiEigen eigen = new JacobiEigen(workspace, a, vectors);
    eigen.load(a);
    eigen.sweep(a.dtype().unitRoundoff() * eigen.norm(a) / Math.sqrt((double) a.rows()));
    eigen.store(a, values);
  }

  private void load(Matrix a) {
    switch (a) {
      case HostMatrix host -> context.upload(host, work);
      case DeviceMatrix device -> {
        DeviceBlock block = context.block(device);
        Launch.of(context, block.dtype(), DeviceFunction.COPY_F32_F64, DeviceFunction.COPY_F64_F64)
            .with(block.address(), n, n, block.stride(), work.address(), n)
            .runOverEntries(n, n);
      }
    }
    new Launch(context, DeviceFunction.MIRROR_F64).with(work.address(), n, n, 0).runLowerTiles(n);
    if (vectors != null) {
      new Launch(context, DeviceFunction.FILL_F64)
          .with(vectors.address(), n, n, n)
          .real(0)
          .runOverEntries(n, n);
      new Launch(context, DeviceFunction.SET_DIAGONAL_F64)
          .with(vectors.address(), n, n, 0)
          .real(1)
          .run(Math.ceilDiv(n, (long) DeviceFunction.SET_DIAGONAL_F64.threads()));
    }
  }

  /** Returns the Frobenius norm; refuses NaN and ∞. */
  private double norm(Matrix a) {
    long blocks = Math.ceilDiv(Math.multiplyExact(n, n), PRODUCTS_PER_BLOCK);
    try (Workspace own = context.workspace(workspace.operation())) {
      DeviceBlock partial = own.block("partial sums", DType.FLOAT64, blocks, 1);
      new Launch(context, DeviceFunction.DOT_F64)
          .with(work.address(), n, work.address(), n, n, n, partial.address())
          .run(blocks);
      new Launch(context, DeviceFunction.SUM)
          .with(partial.address(), blocks)
          .real(1)
          .address(count)
          .run(1);
    }
    context.download(count, scalar);
    double squared = scalar.get(0, 0);
    if (!Double.isFinite(squared)) {
      throw new IllegalArgumentException(
          "symmetricEigen: a must be finite and its squares must not overflow but the sum of squares of %s is %s"
              .formatted(a.shape(), squared));
    }
    return Math.sqrt(squared);
  }

  /** Turns pairs until a whole sweep finds none above the threshold. */
  private void sweep(double threshold) {
    long players = n + n % 2;
    long pairs = players / 2;
    for (int sweeps = 0; sweeps < MOST_SWEEPS; sweeps++) {
      scalar.segment().set(ValueLayout.JAVA_LONG, 0, 0);
      context.upload(scalar, count);
      for (long round = 0; round < players - 1; round++) {
        new Launch(context, DeviceFunction.JACOBI_ROTATIONS)
            .with(work.address(), n, n, round)
            .real(threshold)
            .with(rotations.address(), count.address())
            .run(Math.ceilDiv(pairs, (long) DeviceFunction.JACOBI_ROTATIONS.threads()));
        apply(round, pairs);
      }
      context.download(count, scalar);
      if (scalar.segment().get(ValueLayout.JAVA_LONG, 0) == 0) {
        return;
      }
    }
    throw new ArithmeticException(
        "symmetricEigen: no convergence after %d sweeps over %d×%d".formatted(MOST_SWEEPS, n, n));
  }

  private void apply(long round, long pairs) {
    long threads = DeviceFunction.JACOBI_APPLY.threads();
    long blocks = Math.ceilDiv(pairs * (pairs + 1) / 2, threads);
    if (vectors != null) {
      blocks += pairs * Math.ceilDiv(n, threads);
    }
    new Launch(context, DeviceFunction.JACOBI_APPLY)
        .with(work.address(), n, n, round, rotations.address())
        .with(vectors == null ? 0 : vectors.address(), n)
        .run(blocks);
  }

  /** Writes eigenvalues in ascending order and their vectors. */
  private void store(Matrix a, Matrix values) {
    try (Workspace own = context.workspace(workspace.operation())) {
      DeviceBlock diagonal = own.block("eigenvalues", DType.FLOAT64, n, 1);
      HostMatrix found = own.host("eigenvalues", DType.FLOAT64, n, 1);
      new Launch(context, DeviceFunction.GET_DIAGONAL_F64)
          .with(work.address(), n, n, diagonal.address())
          .run(Math.ceilDiv(n, (long) DeviceFunction.GET_DIAGONAL_F64.threads()));
      context.download(diagonal, found);
      long[] order =
          LongStream.range(0, n)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> found.get(i, 0)))
              .mapToLong(Long::longValue)
              .toArray();
      HostMatrix sorted = own.host("eigenvalues", values.dtype(), n, 1);
      for (int i = 0; i < n; i++) {
        sorted.set(i, 0, found.get(order[i], 0));
      }
      switch (values) {
        case HostMatrix host -> host.copyFrom(sorted);
        case DeviceMatrix device -> context.upload(sorted, context.block(device));
      }
      if (vectors != null) {
        gather(own, order, a);
      }
    }
  }

  private void gather(Workspace own, long[] order, Matrix a) {
    DeviceBlock places = own.block("the order", DType.FLOAT64, n, 1);
    HostMatrix words = own.host("the order", DType.FLOAT64, n, 1);
    for (int i = 0; i < n; i++) {
      words.segment().setAtIndex(ValueLayout.JAVA_LONG, i, order[i]);
    }
    context.upload(words, places);
    new Launch(context, DeviceFunction.GATHER_ROWS_F64)
        .with(vectors.address(), n, places.address(), n, n, work.address(), n)
        .runOverEntries(n, n);
    switch (a) {
      case HostMatrix host -> context.download(work, host);
      case DeviceMatrix device -> {
        DeviceBlock block = context.block(device);
        Launch.of(context, block.dtype(), DeviceFunction.COPY_F64_F32, DeviceFunction.COPY_F64_F64)
            .with(work.address(), n, n, n, block.address(), block.stride())
            .runOverEntries(n, n);
      }
    }
  }
}
