package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Copies rows in the order of a list. Rows of a host matrix are gathered on the host. */
final class GatheredRows {
  private GatheredRows() {}

  /**
   * Writes out[i] = x[rows[from + i]].
   *
   * @param x M×n
   * @param rows indices of rows of x
   * @param from where in the list to begin
   * @param out N×n, N and n ≥ 1
   */
  static void gather(Workspace workspace, Matrix x, int[] rows, int from, Matrix out) {
    switch (x) {
      case DeviceMatrix device -> onDevice(workspace, device, rows, from, out);
      case HostMatrix host -> {
        switch (out) {
          case HostMatrix target -> onHost(host, rows, from, target);
          case DeviceMatrix target -> toDevice(workspace, host, rows, from, target);
        }
      }
    }
  }

  private static void onHost(HostMatrix x, int[] rows, int from, HostMatrix out) {
    long bytes = x.cols() * x.dtype().bytes();
    for (int i = 0; i < out.rows(); i++) {
      MemorySegment.copy(
          x.segment(), x.byteOffset(rows[from + i], 0), out.segment(), out.byteOffset(i, 0), bytes);
    }
  }

  private static void toDevice(
      Workspace workspace, HostMatrix x, int[] rows, int from, DeviceMatrix out) {
    long rowBytes = DeviceBlock.bytes(x.dtype(), 1, x.cols());
    long step = TileEdge.of(workspace, 1, out.rows(), n -> n * rowBytes);
    HostMatrix staged = workspace.host("rows", x.dtype(), step, x.cols());
    DeviceBlock target = workspace.context().block(out);
    for (long row = 0; row < out.rows(); row += step) {
      long count = Math.min(step, out.rows() - row);
      HostMatrix part = staged.rows(0, count);
      onHost(x, rows, Math.toIntExact(from + row), part);
      workspace.context().upload(part, target.rows(row, row + count));
    }
  }

  private static void onDevice(
      Workspace workspace, DeviceMatrix x, int[] rows, int from, Matrix out) {
    DeviceContext context = workspace.context();
    long count = out.rows();
    DeviceBlock source = context.block(x);
    DeviceBlock places = workspace.block("the list of rows", DType.FLOAT64, count, 1);
    HostMatrix words = workspace.host("the list of rows", DType.FLOAT64, count, 1);
    for (int i = 0; i < count; i++) {
      words.segment().setAtIndex(ValueLayout.JAVA_LONG, i, rows[from + i]);
    }
    context.upload(words, places);
    Strips.ofRows(workspace, count)
        .written("the rows", out)
        .run((row, b) -> {
          DeviceBlock list = places.rows(row, row + b[0].rows());
          Launch.of(
                  context,
                  x.dtype(),
                  DeviceFunction.GATHER_ROWS_F32,
                  DeviceFunction.GATHER_ROWS_F64)
              .with(source.address(), source.stride(), list.address(), b[0].rows(), b[0].cols())
              .with(b[0].address(), b[0].stride())
              .runOverEntries(b[0].rows(), b[0].cols());
        });
  }
}
