package dev.lamina.cuda;

import dev.lamina.matrix.Matrix;
import java.util.ArrayList;
import java.util.List;

/**
 * Matrices that an operation goes through together: strips of the same rows of all of them, or of
 * the same columns. Device matrices are used in place; strips of host matrices are copied to
 * buffers and back, one while the device works on another. If everything is on the device, or fits,
 * there is one strip.
 */
final class Strips {
  private final Workspace workspace;
  private final boolean rows;
  private final long least;
  private final long length;
  private final List<Part> parts = new ArrayList<>();

  /** What an operation does with a strip. */
  @FunctionalInterface
  interface Body {

    /**
     * Puts work into the compute stream.
     *
     * @param from first row, or column, of the strip
     * @param blocks the strip in each matrix, in the order in which they were named
     */
    void run(long from, DeviceBlock[] blocks);
  }

  /** What is done with a matrix. */
  private enum Role {
    READ,
    WRITTEN,
    CHANGED
  }

  private record Part(String what, Matrix matrix, Role role) {}

  /** A part that strips are taken from. */
  private sealed interface Opened {
    DeviceBlock block(long from, long count);

    void done();

    void close();
  }

  private Strips(Workspace workspace, boolean rows, long least, long length) {
    this.workspace = workspace;
    this.rows = rows;
    this.least = least;
    this.length = length;
  }

  /**
   * Begins to name matrices with as many rows each.
   *
   * @param rows how many, ≥ 1
   */
  static Strips ofRows(Workspace workspace, long rows) {
    return new Strips(workspace, true, 1, rows);
  }

  /**
   * Begins to name matrices with as many columns each.
   *
   * @param cols how many, ≥ 1
   * @param least columns of the narrowest strip that is worth while, a power of two
   */
  static Strips ofColumns(Workspace workspace, long cols, long least) {
    return new Strips(workspace, false, least, cols);
  }

  /** Names a matrix that is read. */
  Strips read(String what, Matrix m) {
    parts.add(new Part(what, m, Role.READ));
    return this;
  }

  /** Names a matrix that is overwritten. */
  Strips written(String what, Matrix m) {
    parts.add(new Part(what, m, Role.WRITTEN));
    return this;
  }

  /** Names a matrix that is read and written. */
  Strips changed(String what, Matrix m) {
    parts.add(new Part(what, m, Role.CHANGED));
    return this;
  }

  /** Does the work strip by strip; when this returns, host matrices have been written. */
  void run(Body body) {
    long step =
        TileEdge.of(
            workspace,
            least,
            length,
            count -> parts.stream().mapToLong(part -> bytes(part, count)).sum());
    List<Opened> opened = parts.stream().map(part -> open(part, step)).toList();
    DeviceBlock[] blocks = new DeviceBlock[opened.size()];
    for (long from = 0; from < length; from += step) {
      long count = Math.min(step, length - from);
      for (int i = 0; i < blocks.length; i++) {
        blocks[i] = opened.get(i).block(from, count);
      }
      body.run(from, blocks);
      opened.forEach(Opened::done);
    }
    opened.forEach(Opened::close);
  }

  private long rowsOf(Part part, long count) {
    return rows ? count : part.matrix.rows();
  }

  private long colsOf(Part part, long count) {
    return rows ? part.matrix.cols() : count;
  }

  private long bytes(Part part, long count) {
    long r = rowsOf(part, count);
    long c = colsOf(part, count);
    return part.role == Role.READ
        ? Source.bytes(part.matrix, r, c)
        : Target.bytes(part.matrix, r, c);
  }

  private Opened open(Part part, long step) {
    long r = rowsOf(part, step);
    long c = colsOf(part, step);
    return part.role == Role.READ
        ? new Read(this, part, Source.of(workspace, part.what, part.matrix, r, c))
        : new Written(this, part, Target.of(workspace, part.what, part.matrix, r, c));
  }

  private record Read(Strips strips, Part part, Source source) implements Opened {
    @Override
    public DeviceBlock block(long from, long count) {
      long r = strips.rowsOf(part, count);
      long c = strips.colsOf(part, count);
      return strips.rows ? source.block(from, r, 0, c) : source.block(0, r, from, c);
    }

    @Override
    public void done() {
      source.used();
    }

    @Override
    public void close() {}
  }

  private record Written(Strips strips, Part part, Target target) implements Opened {
    @Override
    public DeviceBlock block(long from, long count) {
      long r = strips.rowsOf(part, count);
      long c = strips.colsOf(part, count);
      boolean load = part.role == Role.CHANGED;
      return strips.rows ? target.block(from, r, 0, c, load) : target.block(0, r, from, c, load);
    }

    @Override
    public void done() {
      target.filled();
    }

    @Override
    public void close() {
      target.close();
    }
  }
}
