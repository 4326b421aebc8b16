package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;

/** Centres kernel matrices: subtracts the means of rows and columns and adds the mean of all. */
final class Centring {
  private static final int ROWS_PER_BLOCK = 8;

  private Centring() {}

  /**
   * Centres in place.
   *
   * <p>A host matrix that does not fit on the device stays where it is: centring reads each entry
   * twice and writes it once, which the host does faster than the way to the device and back takes.
   *
   * @param workspace takes the memory
   * @param k N×N, N ≥ 1
   */
  static void centre(Workspace workspace, Matrix k) {
    long n = k.rows();
    long sums = (n + 1) * Double.BYTES;
    if (k instanceof HostMatrix host && Target.bytes(host, n, n) + sums > workspace.available()) {
      centreOnHost(workspace, host);
    } else {
      centreOnDevice(workspace, k);
    }
  }

  private static void centreOnDevice(Workspace workspace, Matrix k) {
    DeviceContext context = workspace.context();
    long n = k.rows();
    DeviceBlock means = workspace.block("means", DType.FLOAT64, n, 1);
    DeviceBlock mean = workspace.block("the mean", DType.FLOAT64, 1, 1);
    try (Target target = Target.of(workspace, "the matrix", k, n, n)) {
      DeviceBlock all = target.block(0, n, 0, n, true);
      Launch.of(context, k.dtype(), DeviceFunction.ROW_SUMS_F32, DeviceFunction.ROW_SUMS_F64)
          .with(all.address(), n, n, all.stride())
          .real(1.0 / n)
          .address(means)
          .run(Math.ceilDiv(n, ROWS_PER_BLOCK));
      new Launch(context, DeviceFunction.SUM)
          .with(means.address(), n)
          .real(1.0 / n)
          .address(mean)
          .run(1);
      Launch.of(context, k.dtype(), DeviceFunction.CENTRE_F32, DeviceFunction.CENTRE_F64)
          .with(all.address(), n, all.stride(), means.address(), mean.address())
          .runOverEntries(n, n);
      target.filled();
    }
  }

  private static void centreOnHost(Workspace workspace, HostMatrix k) {
    long n = k.rows();
    HostMatrix means = workspace.host("means", DType.FLOAT64, n, 1);
    double total = 0;
    for (long i = 0; i < n; i++) {
      double sum = 0;
      for (long j = 0; j < n; j++) {
        sum += k.get(i, j);
      }
      means.set(i, 0, sum / n);
      total += sum / n;
    }
    double mean = total / n;
    for (long i = 0; i < n; i++) {
      for (long j = 0; j < n; j++) {
        // The sum of both means first: the result stays symmetric bit for bit.
        k.set(i, j, k.get(i, j) - (means.get(i, 0) + means.get(j, 0)) + mean);
      }
    }
  }
}
