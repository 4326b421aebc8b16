package dev.lamina.cuda;

import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;

/**
 * A matrix that an operation writes on the device, wherever it lies. A device matrix is written in
 * place; rectangles of a host matrix are computed in buffers and copied to the host, one of them
 * while the device works on the next.
 */
final class Target implements AutoCloseable {
  private final DeviceContext context;
  private final DeviceBlock resident;
  private final HostMatrix host;
  private final Buffer[] ring;
  private int last;
  private HostMatrix open;
  private Runnable pending = () -> {};

  private Target(DeviceContext context, DeviceBlock resident, HostMatrix host, Buffer[] ring) {
    this.context = context;
    this.resident = resident;
    this.host = host;
    this.ring = ring;
  }

  /**
   * Prepares a matrix for writing.
   *
   * @param workspace takes the buffers
   * @param what its name, for messages
   * @param m the matrix
   * @param rows rows of the largest rectangle that will be written
   * @param cols its columns
   */
  static Target of(Workspace workspace, String what, Matrix m, long rows, long cols) {
    DeviceContext context = workspace.context();
    return switch (m) {
      case DeviceMatrix device -> new Target(context, context.block(device), null, new Buffer[0]);
      case HostMatrix h -> {
        Buffer[] ring = new Buffer[buffers(h, rows, cols)];
        for (int i = 0; i < ring.length; i++) {
          ring[i] = workspace.buffer(what, h.dtype(), rows, cols);
        }
        yield new Target(context, null, h, ring);
      }
    };
  }

  private static int buffers(HostMatrix m, long rows, long cols) {
    return rows >= m.rows() && cols >= m.cols() ? 1 : 2;
  }

  /** Returns the bytes that {@link #of} will take. */
  static long bytes(Matrix m, long rows, long cols) {
    return m instanceof HostMatrix h
        ? buffers(h, rows, cols) * DeviceBlock.bytes(h.dtype(), rows, cols)
        : 0;
  }

  /** Returns whether the matrix lies on the host. */
  boolean onHost() {
    return resident == null;
  }

  /**
   * Returns a rectangle to be written.
   *
   * @param load whether its present contents are wanted
   */
  DeviceBlock block(long row, long rows, long col, long cols, boolean load) {
    if (resident != null) {
      return resident.part(row, rows, col, cols);
    }
    last = (last + 1) % ring.length;
    Buffer next = ring[last];
    open = HostParts.part(host, row, rows, col, cols);
    if (load) {
      context.upload(open, next);
    } else {
      next.beginCompute();
    }
    return next.shaped(rows, cols);
  }

  /** Says that the work that fills the last rectangle has been put into the compute stream. */
  void filled() {
    filled(() -> {});
  }

  /**
   * Says that the work that fills the last rectangle has been put into the compute stream.
   *
   * @param then what is done on the host when the rectangle is there
   */
  void filled(Runnable then) {
    if (resident != null) {
      return;
    }
    Buffer full = ring[last];
    full.endCompute();
    HostMatrix to = open;
    pending.run();
    pending =
        () -> {
          context.download(full, to);
          then.run();
        };
    if (ring.length == 1) {
      finish();
    }
  }

  private void finish() {
    pending.run();
    pending = () -> {};
  }

  /** Waits until the host has everything that was filled. */
  @Override
  public void close() {
    finish();
  }
}
