package dev.lamina.cuda;

import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import java.util.function.LongUnaryOperator;

/**
 * The square tiles of a matrix that an operation works on in place, wherever it lies. A device
 * matrix, or a host matrix that fits, is one piece on the device; of a larger host matrix a few
 * tiles are on the device at a time, and those that were written go back when others come.
 */
final class SquareTiles implements AutoCloseable {
  private final DeviceContext context;
  private final Matrix matrix;
  private final long edge;
  private final DeviceBlock resident;
  private final Buffer whole;
  private final Slot[] slots;
  private final boolean loads;
  private long clock;
  private boolean written;

  /**
   * How a square matrix is worked on.
   *
   * @param whole whether it is one piece on the device
   * @param edge rows and columns of a tile: a multiple of {@link Triangles#PANEL} if there are
   *     several
   * @param buffers tiles that are on the device at a time if it is not one piece
   */
  record Plan(boolean whole, long edge, int buffers) {
    /** Larger tiles would make no product faster. */
    private static final long LARGEST_EDGE = 2048;

    /** Right-hand sides that there is room for beside tiles. */
    private static final long LEAST_COLUMNS = 16;

    /**
     * Plans for the memory that is left.
     *
     * @param workspace tells how much is left
     * @param matrix the matrix, square with at least one row
     * @param buffers tiles that are needed at a time
     * @param extra tiles that the operation takes beside them
     * @param share 1 if all memory may be taken, 2 if right-hand sides need some too
     */
    static Plan of(Workspace workspace, Matrix matrix, int buffers, int extra, int share) {
      long n = matrix.rows();
      long available = workspace.available() / share;
      LongUnaryOperator tile = e -> DeviceBlock.bytes(matrix.dtype(), e, e);
      long all = matrix instanceof HostMatrix ? tile.applyAsLong(n) : 0;
      if (all <= available) {
        long edge =
            TileEdge.of(
                Triangles.PANEL,
                Math.min(n, LARGEST_EDGE),
                available - all,
                e -> extra * tile.applyAsLong(e));
        if (edge > 0) {
          return new Plan(true, edge, 0);
        }
      }
      long edge =
          TileEdge.of(
              workspace,
              Triangles.PANEL,
              Math.min(n, LARGEST_EDGE),
              e ->
                  (long) (buffers + extra) * tile.applyAsLong(e)
                      + (share - 1) * DeviceBlock.bytes(matrix.dtype(), n, LEAST_COLUMNS));
      return new Plan(matrix instanceof DeviceMatrix, edge, buffers);
    }
  }

  /** A buffer and the tile in it. */
  private static final class Slot {
    private final Buffer buffer;
    private int row = -1;
    private int col = -1;
    private boolean written;
    private long used;

    Slot(Buffer buffer) {
      this.buffer = buffer;
    }
  }

  /**
   * Prepares a matrix.
   *
   * @param workspace takes the buffers
   * @param matrix rows and columns of any size
   * @param plan how
   */
  SquareTiles(Workspace workspace, Matrix matrix, Plan plan) {
    this(workspace, matrix, plan, true);
  }

  /**
   * Prepares a matrix whose present contents are not wanted: each tile that is asked for is
   * written, all of it and once.
   *
   * @param workspace takes the buffers
   * @param matrix rows and columns of any size
   * @param plan how
   */
  static SquareTiles unread(Workspace workspace, Matrix matrix, Plan plan) {
    return new SquareTiles(workspace, matrix, plan, false);
  }

  private SquareTiles(Workspace workspace, Matrix matrix, Plan plan, boolean loads) {
    this.context = workspace.context();
    this.matrix = matrix;
    this.loads = loads;
    this.edge = plan.edge();
    boolean streams = matrix instanceof HostMatrix && !plan.whole();
    this.slots = new Slot[streams ? plan.buffers() : 0];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new Slot(workspace.buffer("a tile", matrix.dtype(), edge, edge));
    }
    switch (matrix) {
      case DeviceMatrix device -> {
        resident = context.block(device);
        whole = null;
      }
      case HostMatrix host -> {
        whole =
            streams ? null : workspace.buffer("the matrix", host.dtype(), host.rows(), host.cols());
        resident = streams ? null : whole.block();
        if (whole != null) {
          load(host, whole);
        }
      }
    }
  }

  /** Returns the number of rows, and columns, of tiles. */
  int count() {
    return Math.toIntExact(Math.ceilDiv(matrix.rows(), edge));
  }

  /** Returns the first row of a row of tiles. */
  long start(int i) {
    return i * edge;
  }

  /** Returns the number of rows of a row of tiles. */
  long size(int i) {
    return Math.min(edge, matrix.rows() - start(i));
  }

  private long width(int j) {
    return Math.min(edge, matrix.cols() - j * edge);
  }

  /** Returns whether the matrix is one piece on the device. */
  boolean isResident() {
    return resident != null;
  }

  /** Returns the whole matrix, to be read and written, if it is one piece. */
  DeviceBlock whole() {
    written = true;
    return resident;
  }

  /** Returns a tile to be read; it stays valid until as many others as there are buffers. */
  DeviceBlock read(int i, int j) {
    return tile(i, j, false);
  }

  /** Returns a tile to be read and written. */
  DeviceBlock write(int i, int j) {
    return tile(i, j, true);
  }

  private DeviceBlock tile(int i, int j, boolean write) {
    if (resident != null) {
      written |= write;
      return resident.part(start(i), size(i), j * edge, width(j));
    }
    Slot slot = find(i, j);
    slot.written |= write;
    slot.used = ++clock;
    return slot.buffer.shaped(size(i), width(j));
  }

  /** Returns the slot that holds a tile, loading it in the place of the one used longest ago. */
  private Slot find(int i, int j) {
    Slot oldest = slots[0];
    for (Slot slot : slots) {
      if (slot.row == i && slot.col == j) {
        return slot;
      }
      oldest = slot.used < oldest.used ? slot : oldest;
    }
    oldest.buffer.endCompute(); // whatever used it stands in the compute stream by now
    flush(oldest);
    load(host(i, j), oldest.buffer);
    oldest.row = i;
    oldest.col = j;
    return oldest;
  }

  private void load(HostMatrix from, Buffer to) {
    if (loads) {
      context.upload(from, to);
    } else {
      to.beginCompute();
    }
  }

  private HostMatrix host(int i, int j) {
    return HostParts.part((HostMatrix) matrix, start(i), size(i), j * edge, width(j));
  }

  private void flush(Slot slot) {
    if (slot.written) {
      context.download(slot.buffer, host(slot.row, slot.col));
      slot.written = false;
    }
  }

  /** Brings everything that was written to where the matrix lies. */
  @Override
  public void close() {
    for (Slot slot : slots) {
      slot.buffer.endCompute();
      flush(slot);
    }
    if (whole != null && written) {
      whole.endCompute();
      context.download(whole, (HostMatrix) matrix);
    }
  }

  /** Brings everything to the host that lies there and takes it anew when it is asked for. */
  void flush() {
    for (Slot slot : slots) {
      slot.buffer.endCompute();
      flush(slot);
      slot.row = -1;
    }
  }
}
