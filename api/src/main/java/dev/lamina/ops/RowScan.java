package dev.lamina.ops;

import dev.lamina.lowering.LoweredKernel;
import dev.lamina.lowering.RowProgram;
import dev.lamina.matrix.DType;
import java.util.Locale;
import java.util.function.LongToDoubleFunction;

/**
 * What a look at the squared norms of all rows before a kernel is evaluated found. Scans of parts
 * of the rows are put together by {@link #and}.
 *
 * @param hasZero whether there is a row of zeros
 * @param smallest smallest ‖x‖² other than 0, ∞ if there is none
 * @param largest largest ‖x‖²; ∞ or NaN if an entry is not finite or a row is too long for float64
 */
public record RowScan(boolean hasZero, double smallest, double largest) {

  /** The scan of no rows. */
  public static final RowScan NOTHING = new RowScan(false, Double.POSITIVE_INFINITY, 0);

  /**
   * {@return the scan of one row}
   *
   * @param squaredNorm ‖x‖²
   */
  public static RowScan of(double squaredNorm) {
    return squaredNorm == 0
        ? new RowScan(true, Double.POSITIVE_INFINITY, 0)
        : new RowScan(false, squaredNorm, squaredNorm);
  }

  /**
   * {@return what both scans together found} NaN counts as largest.
   *
   * @param other the scan of other rows
   */
  public RowScan and(RowScan other) {
    return new RowScan(
        hasZero || other.hasZero,
        Math.min(smallest, other.smallest),
        Math.max(largest, other.largest));
  }

  /** {@return whether all rows are finite and not too long for float64} */
  public boolean isFinite() {
    return Double.isFinite(largest);
  }

  /**
   * Returns the refusal of a row that is not finite.
   *
   * @param operation what was being done
   * @param name which matrix
   * @param shape the matrix's shape
   * @param row the first row that is not finite, or too long
   * @param entries the entries of that row, by column
   * @param columns how many there are
   * @return the exception, which names the first entry that is not finite
   */
  public static KernelInputException notFinite(
      String operation,
      String name,
      String shape,
      long row,
      LongToDoubleFunction entries,
      long columns) {
    for (long c = 0; c < columns; c++) {
      double value = entries.applyAsDouble(c);
      if (!Double.isFinite(value)) {
        return new KernelInputException(
            "%s: %s must be finite but row %d column %d is %s; %s is %s"
                .formatted(operation, name, row, c, value, name, shape));
      }
    }
    return new KernelInputException(
        "%s: row %d of %s is too long: its squared norm overflows; scale the data"
            .formatted(operation, row, name));
  }

  /**
   * Refuses data whose float32 products would overflow or lose all digits.
   *
   * @param operation what is being done
   * @param dtype element type of the data
   * @throws KernelInputException if the data are out of range
   */
  public void requireRange(String operation, DType dtype) {
    if (dtype == DType.FLOAT32 && (largest > 1e37 || smallest < 1e-30)) {
      throw new KernelInputException(
          String.format(
              Locale.ROOT,
              "%s: row norms from %.3g to %.3g are out of the range of float32 products; scale the data or use float64",
              operation,
              Math.sqrt(smallest),
              Math.sqrt(largest)));
    }
  }

  /**
   * Refuses rows that the kernel is not defined on. A row program fails for rows that are too short
   * or too long, so the extremes tell whether there are any; the first one is then named.
   *
   * @param operation what is being done
   * @param name which matrix
   * @param squaredNorms ‖x_i‖² of row i
   * @param kernel the kernel
   * @throws KernelInputException if there is such a row
   */
  public void requireDefined(
      String operation, String name, LongToDoubleFunction squaredNorms, LoweredKernel kernel) {
    RowProgram program = kernel.rows();
    boolean defined =
        (!hasZero || failure(program, 0) == null)
            && (largest == 0 || failure(program, smallest) == null)
            && (largest == 0 || failure(program, largest) == null);
    if (!defined) {
      long row = 0;
      IllegalArgumentException cause = failure(program, squaredNorms.applyAsDouble(row));
      while (cause == null) {
        row++;
        cause = failure(program, squaredNorms.applyAsDouble(row));
      }
      throw new KernelInputException(
          "%s: row %d of %s %s".formatted(operation, row, name, cause.getMessage()));
    }
  }

  private static IllegalArgumentException failure(RowProgram program, double squaredNorm) {
    try {
      program.evaluate(
          squaredNorm,
          program.workspace(),
          new double[program.slots()],
          new double[program.outputs()]);
      return null;
    } catch (IllegalArgumentException e) {
      return e;
    }
  }
}
