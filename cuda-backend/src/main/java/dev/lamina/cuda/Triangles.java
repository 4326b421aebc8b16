package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;

/**
 * Cholesky factors and triangular systems within one tile, and the products between tiles.
 *
 * <p>A tile is worked on in panels of {@link #PANEL} columns and these in blocks of {@link #BLOCK},
 * the largest that a device function solves by itself. Products between tiles are summed panel by
 * panel too. So each entry sees the same operations in the same order however a matrix is cut into
 * tiles, as long as tiles start at multiples of {@code PANEL}.
 */
final class Triangles {
  static final int PANEL = 256;
  static final int BLOCK = 64;

  private final DeviceContext context;
  private final DeviceBlas blas;

  Triangles(DeviceContext context, DeviceBlas blas) {
    this.context = context;
    this.blas = blas;
  }

  /** A range of rows or columns. */
  private record Range(long from, long to) {
    long size() {
      return to - from;
    }

    static Range at(long from, long step, long end) {
      return new Range(from, Math.min(end, from + step));
    }
  }

  private static DeviceBlock part(DeviceBlock a, Range rows, Range cols) {
    return a.part(rows.from, rows.size(), cols.from, cols.size());
  }

  /** Computes {@code c ← c − op(a) op(b)} panel by panel of the inner size, from the first. */
  void subtract(
      DeviceBlock a, boolean transposeA, DeviceBlock b, boolean transposeB, DeviceBlock c) {
    add(-1, a, transposeA, b, transposeB, 1, c);
  }

  /**
   * Computes {@code c ← alpha·op(a) op(b) + beta·c} panel by panel of the inner size.
   *
   * @param beta factor of the old value; 0 ignores it
   */
  void add(
      double alpha,
      DeviceBlock a,
      boolean transposeA,
      DeviceBlock b,
      boolean transposeB,
      double beta,
      DeviceBlock c) {
    long inner = transposeA ? a.rows() : a.cols();
    for (long k = 0; k < inner; k += PANEL) {
      Range panel = Range.at(k, PANEL, inner);
      product(alpha, a, transposeA, b, transposeB, panel, k == 0 ? beta : 1, c);
    }
  }

  /** Computes {@code c ← c − aᵀ b} panel by panel from the last. */
  void subtractFromLast(DeviceBlock a, DeviceBlock b, DeviceBlock c) {
    long inner = a.rows();
    for (long k = (inner - 1) / PANEL * PANEL; k >= 0; k -= PANEL) {
      product(-1, a, true, b, false, Range.at(k, PANEL, inner), 1, c);
    }
  }

  private void product(
      double alpha,
      DeviceBlock a,
      boolean transposeA,
      DeviceBlock b,
      boolean transposeB,
      Range panel,
      double beta,
      DeviceBlock c) {
    blas.gemm(
        transposeA ? a.rows(panel.from, panel.to) : a.part(0, a.rows(), panel.from, panel.size()),
        transposeA,
        transposeB ? b.part(0, b.rows(), panel.from, panel.size()) : b.rows(panel.from, panel.to),
        transposeB,
        alpha,
        beta,
        c);
  }

  /** Computes the lower triangle of {@code c ← c − a aᵀ} panel by panel. */
  void subtractSquare(DeviceBlock a, DeviceBlock c) {
    for (long k = 0; k < a.cols(); k += PANEL) {
      DeviceBlock panel = a.part(0, a.rows(), k, Math.min(PANEL, a.cols() - k));
      OwnBlas.gemmLower(context, panel, false, panel, true, -1, 1, c, false);
    }
  }

  /**
   * Replaces the lower triangle of a tile by its Cholesky factor.
   *
   * @param a the tile
   * @param first row of the whole matrix that the tile starts with
   * @param report see {@link DeviceFunction#CHOLESKY_BLOCK_F32}
   */
  void factor(DeviceBlock a, long first, DeviceBlock report) {
    long n = a.rows();
    for (long p = 0; p < n; p += PANEL) {
      Range panel = Range.at(p, PANEL, n);
      for (long b = p; b < panel.to; b += BLOCK) {
        Range block = Range.at(b, BLOCK, panel.to);
        DeviceBlock diagonal = part(a, block, block);
        Launch.of(
                context,
                a.dtype(),
                DeviceFunction.CHOLESKY_BLOCK_F32,
                DeviceFunction.CHOLESKY_BLOCK_F64)
            .with(diagonal.address(), a.stride(), block.size(), first + b, report.address())
            .run(1);
        Range below = new Range(block.to, n);
        solveRight(diagonal, part(a, below, block), report.address());
        Range right = new Range(block.to, panel.to);
        OwnBlas.gemmLower(
            context,
            part(a, right, block),
            false,
            part(a, right, block),
            true,
            -1,
            1,
            part(a, right, right),
            false);
        Range rest = new Range(panel.to, n);
        subtract(part(a, rest, block), false, part(a, right, block), true, part(a, rest, right));
      }
      Range rest = new Range(panel.to, n);
      subtractSquare(part(a, rest, panel), part(a, rest, rest));
    }
  }

  private void solveRight(DeviceBlock l, DeviceBlock b, long report) {
    Launch.of(context, b.dtype(), DeviceFunction.SOLVE_RIGHT_F32, DeviceFunction.SOLVE_RIGHT_F64)
        .with(l.address(), l.stride(), l.rows(), b.address(), b.stride(), b.rows(), report)
        .run(Math.ceilDiv(b.rows(), (long) BLOCK));
  }

  /**
   * Computes {@code b ← b L⁻ᵀ}.
   *
   * @param l tile with L in its lower triangle
   * @param b any number of rows
   * @param report see {@link #factor}
   */
  void solveRight(DeviceBlock l, DeviceBlock b, DeviceBlock report) {
    long n = l.rows();
    for (long p = 0; p < n; p += PANEL) {
      Range panel = Range.at(p, PANEL, n);
      for (long at = p; at < panel.to; at += BLOCK) {
        Range block = Range.at(at, BLOCK, panel.to);
        DeviceBlock solved = b.part(0, b.rows(), block.from, block.size());
        solveRight(part(l, block, block), solved, report.address());
        Range right = new Range(block.to, panel.to);
        subtract(
            solved,
            false,
            part(l, right, block),
            true,
            b.part(0, b.rows(), right.from, right.size()));
      }
      Range rest = new Range(panel.to, n);
      subtract(
          b.part(0, b.rows(), p, panel.size()),
          false,
          part(l, rest, panel),
          true,
          b.part(0, b.rows(), rest.from, rest.size()));
    }
  }

  /** Computes {@code x ← L⁻¹ x} for a tile with L in its lower triangle. */
  void solveLower(DeviceBlock l, DeviceBlock x) {
    long n = l.rows();
    for (long p = 0; p < n; p += PANEL) {
      Range panel = Range.at(p, PANEL, n);
      for (long at = p; at < panel.to; at += BLOCK) {
        Range block = Range.at(at, BLOCK, panel.to);
        DeviceBlock solved = x.rows(block.from, block.to);
        solveLeft(part(l, block, block), solved, false);
        Range below = new Range(block.to, panel.to);
        subtract(part(l, below, block), false, solved, false, x.rows(below.from, below.to));
      }
      Range rest = new Range(panel.to, n);
      subtract(part(l, rest, panel), false, x.rows(p, panel.to), false, x.rows(rest.from, rest.to));
    }
  }

  /** Computes {@code x ← L⁻ᵀ x} for a tile with L in its lower triangle. */
  void solveLowerTransposed(DeviceBlock l, DeviceBlock x) {
    long n = l.rows();
    for (long p = (n - 1) / PANEL * PANEL; p >= 0; p -= PANEL) {
      Range panel = Range.at(p, PANEL, n);
      for (long at = p + (panel.size() - 1) / BLOCK * BLOCK; at >= p; at -= BLOCK) {
        Range block = Range.at(at, BLOCK, panel.to);
        DeviceBlock solved = x.rows(block.from, block.to);
        solveLeft(part(l, block, block), solved, true);
        Range above = new Range(p, at);
        subtract(part(l, block, above), true, solved, false, x.rows(above.from, above.to));
      }
      Range rest = new Range(0, p);
      subtract(part(l, panel, rest), true, x.rows(p, panel.to), false, x.rows(0, p));
    }
  }

  private void solveLeft(DeviceBlock l, DeviceBlock b, boolean transposed) {
    Launch.of(context, b.dtype(), DeviceFunction.SOLVE_LEFT_F32, DeviceFunction.SOLVE_LEFT_F64)
        .with(l.address(), l.stride(), l.rows(), b.address(), b.stride(), b.cols())
        .with(transposed ? 1 : 0)
        .run(Math.ceilDiv(b.cols(), (long) BLOCK));
  }

  /** Copies a block. */
  void copy(DeviceBlock from, DeviceBlock to) {
    Launch.of(context, from.dtype(), DeviceFunction.COPY_F32_F32, DeviceFunction.COPY_F64_F64)
        .with(from.address(), from.rows(), from.cols(), from.stride(), to.address(), to.stride())
        .runOverEntries(from.rows(), from.cols());
  }

  private void fill(DeviceBlock block, double value) {
    Launch.of(context, block.dtype(), DeviceFunction.FILL_F32, DeviceFunction.FILL_F64)
        .with(block.address(), block.rows(), block.cols(), block.stride())
        .real(value)
        .runOverEntries(block.rows(), block.cols());
  }

  /**
   * Replaces a tile with L in its lower triangle by L⁻¹ and zeros above its diagonal.
   *
   * @param a the tile
   * @param spare a tile's memory
   */
  void invert(DeviceBlock a, DeviceBlock spare) {
    invert(a, spare, a.rows() > PANEL ? PANEL : BLOCK);
  }

  private void invert(DeviceBlock a, DeviceBlock spare, long edge) {
    long n = a.rows();
    for (long i = 0; i < n; i += edge) {
      Range row = Range.at(i, edge, n);
      for (long j = 0; j < i; j += edge) {
        Range col = Range.at(j, edge, n);
        DeviceBlock sum = shaped(spare, row.size(), col.size());
        Range inner = new Range(j, i);
        add(-1, part(a, row, inner), false, part(a, inner, col), false, 0, sum);
        solveLower(part(a, row, row), sum);
        copy(sum, part(a, row, col));
      }
      DeviceBlock diagonal = part(a, row, row);
      if (edge == BLOCK) {
        invertBlock(diagonal, shaped(spare, row.size(), row.size()));
      } else {
        invert(diagonal, spare, BLOCK);
      }
      fill(part(a, row, new Range(row.to, n)), 0);
    }
  }

  private void invertBlock(DeviceBlock l, DeviceBlock spare) {
    fill(spare, 0);
    Launch.of(
            context,
            spare.dtype(),
            DeviceFunction.SET_DIAGONAL_F32,
            DeviceFunction.SET_DIAGONAL_F64)
        .with(spare.address(), spare.rows(), spare.stride(), 0)
        .real(1)
        .run(Math.ceilDiv(spare.rows(), (long) DeviceFunction.SET_DIAGONAL_F32.threads()));
    solveLeft(l, spare, false);
    copy(spare, l);
  }

  /** Returns the start of some memory as a block without gaps. */
  static DeviceBlock shaped(DeviceBlock memory, long rows, long cols) {
    return new DeviceBlock(memory.address(), memory.dtype(), rows, cols, cols);
  }
}
