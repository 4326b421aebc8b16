package dev.lamina.analysis.data;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.util.Optional;

/**
 * Samples and what belongs to each. Owns its matrices.
 *
 * @param name what users call it
 * @param x N×d, one sample per row, N ≤ 2³¹ − 9
 * @param response N classes or N rows of numbers
 * @param image how a row is an image, if it is one
 * @param provenance where the samples come from and what was done to them, in one line
 */
public record DataSet(
    String name, HostMatrix x, Response response, Optional<ImageShape> image, String provenance)
    implements AutoCloseable {

  /** Checks that the shapes agree. */
  public DataSet {
    if (x.rows() > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          name + ": a data set has at most 2^31 − 9 rows but x is " + x.shape());
    }
    if (x.rows() != response.samples()) {
      throw new ShapeException(
          "%s: x and y must have equally many rows but x is %s and y has %d rows"
              .formatted(name, x.shape(), response.samples()));
    }
    if (image.isPresent() && image.get().pixels() != x.cols()) {
      throw new ShapeException(
          "%s: images of %s need %d columns but x is %s"
              .formatted(name, image.get(), image.get().pixels(), x.shape()));
    }
  }

  /** {@return the number of samples N} */
  public int samples() {
    return (int) x.rows();
  }

  /** {@return the number of features d} */
  public long features() {
    return x.cols();
  }

  /**
   * Checks that all features and all numbers of the response are finite.
   *
   * @return this
   * @throws DataException naming the first row and column that are not
   */
  public DataSet requireFinite() {
    Rows.requireFinite(name + " x", x);
    if (response instanceof Response.Values numbers) {
      Rows.requireFinite(name + " y", numbers.values());
    }
    return this;
  }

  /**
   * {@return some of the samples in memory of their own; the caller closes it}
   *
   * @param rows their indices in the order wanted
   * @param dtype element type of the new x
   * @param how what the selection is, added to the provenance
   */
  public DataSet select(int[] rows, DType dtype, String how) {
    return new DataSet(
        name, Rows.copy(x, rows, dtype), response.select(rows), image, provenance + "; " + how);
  }

  /**
   * Returns this data set under a longer provenance; the matrices are shared, so only one of the
   * two is to be closed.
   *
   * @param step what was done
   */
  DataSet after(String step) {
    return new DataSet(name, x, response, image, provenance + "; " + step);
  }

  /** Frees the matrices. Closing twice does nothing. */
  @Override
  public void close() {
    x.close();
    response.close();
  }
}
