package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;
import dev.lamina.lowering.LoweredKernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.RowScan;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * ‖x_i‖² of all rows of a matrix, computed on the device and kept on the host.
 *
 * @param squared the squared norms
 * @param scan what they say of the data
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RowNorms(double[] squared, RowScan scan) {
  private static final int ROWS_PER_BLOCK = 8;
  private static final int COLUMNS = 2;

  /**
   * Computes the norms and refuses NaN, ∞ and rows too long for float64.
   *
   * @param context where
   * @param operation what is being done
   * @param name the matrix's name
   * @param m the matrix
   */
  static RowNorms of(DeviceContext context, String operation, String name, Matrix m) {
    double[] squared = new double[Math.toIntExact(m.rows())];
    try (Workspace workspace = context.workspace(operation)) {
      compute(workspace, m, squared);
    }
    RowScan scan = RowScan.NOTHING;
    for (double norm2 : squared) {
      scan = scan.and(RowScan.of(norm2));
    }
    if (!scan.isFinite()) {
      throw refusal(context, operation, name, m, squared);
    }
    return new RowNorms(squared, scan);
  }

  private static void compute(Workspace workspace, Matrix m, double[] squared) {
    if (squared.length == 0) {
      return;
    }
    DeviceContext context = workspace.context();
    long step =
        TileEdge.of(
            workspace,
            1,
            squared.length,
            rows -> Source.bytes(m, rows, m.cols()) + 2L * COLUMNS * Double.BYTES * rows);
    Source source = Source.of(workspace, "rows", m, step, m.cols());
    Buffer norms = workspace.buffer("norms", DType.FLOAT64, COLUMNS, step);
    HostMatrix read = workspace.host("norms", DType.FLOAT64, COLUMNS, step);
    for (long from = 0; from < squared.length; from += step) {
      long rows = Math.min(step, squared.length - from);
      DeviceBlock x = source.block(from, rows, 0, m.cols());
      norms.beginCompute();
      Launch.of(
              context,
              m.dtype(),
              DeviceFunction.ROW_NORMS_SQUARED_F32,
              DeviceFunction.ROW_NORMS_SQUARED_F64)
          .with(x.address(), rows, m.cols(), x.stride(), norms.block().address(), step)
          .run(Math.ceilDiv(rows, ROWS_PER_BLOCK));
      source.used();
      norms.endCompute();
      context.download(norms, HostParts.part(read, 0, 1, 0, rows));
      MemorySegment.copy(
          read.segment(), ValueLayout.JAVA_DOUBLE, 0, squared, (int) from, (int) rows);
    }
  }

  /** Refuses rows that the kernel is not defined on. */
  void requireDefined(String operation, String name, LoweredKernel kernel) {
    scan.requireDefined(operation, name, i -> squared[(int) i], kernel);
  }

  private static RuntimeException refusal(
      DeviceContext context, String operation, String name, Matrix m, double[] squared) {
    int row = 0;
    while (Double.isFinite(squared[row])) {
      row++;
    }
    int bad = row;
    try (HostMatrix entries = HostMatrix.allocate(m.dtype(), 1, m.cols())) {
      switch (m.rows(bad, bad + 1L)) {
        case HostMatrix host -> entries.copyFrom(host);
        case DeviceMatrix device -> context.download(context.block(device), entries);
      }
      return RowScan.notFinite(operation, name, m.shape(), bad, c -> entries.get(0, c), m.cols());
    }
  }
}
