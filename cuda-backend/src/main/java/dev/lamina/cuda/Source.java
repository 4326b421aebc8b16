package dev.lamina.cuda;

import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;

/**
 * A matrix that an operation reads on the device, wherever it lies. A device matrix is read in
 * place; rectangles of a host matrix are copied to buffers, one of them while the device works on
 * another.
 */
final class Source {
  private final DeviceContext context;
  private final DeviceBlock resident;
  private final HostMatrix host;
  private final Loaded[] ring;
  private int last;

  /** A buffer and the rectangle in it. */
  private static final class Loaded {
    private final Buffer buffer;
    private long row = -1;
    private long rows;
    private long col;
    private long cols;

    Loaded(Buffer buffer) {
      this.buffer = buffer;
    }

    boolean holds(long r, long n, long c, long m) {
      return row == r && rows == n && col == c && cols == m;
    }

    void set(long r, long n, long c, long m) {
      row = r;
      rows = n;
      col = c;
      cols = m;
    }
  }

  private Source(DeviceContext context, DeviceBlock resident, HostMatrix host, Loaded[] ring) {
    this.context = context;
    this.resident = resident;
    this.host = host;
    this.ring = ring;
  }

  /**
   * Prepares a matrix for reading.
   *
   * @param workspace takes the buffers
   * @param what its name, for messages
   * @param m the matrix
   * @param rows rows of the largest rectangle that will be read
   * @param cols its columns
   */
  static Source of(Workspace workspace, String what, Matrix m, long rows, long cols) {
    DeviceContext context = workspace.context();
    return switch (m) {
      case DeviceMatrix device -> new Source(context, context.block(device), null, new Loaded[0]);
      case HostMatrix h -> {
        Loaded[] ring = new Loaded[buffers(h, rows, cols)];
        for (int i = 0; i < ring.length; i++) {
          ring[i] = new Loaded(workspace.buffer(what, h.dtype(), rows, cols));
        }
        yield new Source(context, null, h, ring);
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

  /** Returns a rectangle; it stays valid until two others have been asked for. */
  DeviceBlock block(long row, long rows, long col, long cols) {
    if (resident != null) {
      return resident.part(row, rows, col, cols);
    }
    if (ring.length == 1) {
      return whole().part(row, rows, col, cols);
    }
    for (int i = 0; i < ring.length; i++) {
      if (ring[i].holds(row, rows, col, cols)) {
        last = i;
        return ring[i].buffer.shaped(rows, cols);
      }
    }
    last = (last + 1) % ring.length;
    Loaded next = ring[last];
    context.upload(HostParts.part(host, row, rows, col, cols), next.buffer);
    next.set(row, rows, col, cols);
    return next.buffer.shaped(rows, cols);
  }

  /** Returns all of a host matrix that one buffer holds. */
  private DeviceBlock whole() {
    Loaded only = ring[0];
    if (!only.holds(0, host.rows(), 0, host.cols())) {
      context.upload(host, only.buffer);
      only.set(0, host.rows(), 0, host.cols());
    }
    return only.buffer.shaped(host.rows(), host.cols());
  }

  /** Says that the work on the last rectangle has been put into the compute stream. */
  void used() {
    if (resident == null) {
      ring[last].buffer.endCompute();
    }
  }
}
