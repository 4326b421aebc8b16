package dev.lamina.analysis.data;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Locale;

/** How a response becomes the matrix that a regression is fitted to. */
public enum TargetCoding {
  /** N×C: 1 in the column of the class, 0 elsewhere. */
  ONE_HOT,
  /** N×C: one-hot minus 1/C, so that each row sums to zero. */
  CENTRED,
  /** N×1: −1 for class 0 and +1 for class 1. */
  SIGNED,
  /** The numbers as they are. */
  RAW;

  /** {@return the word used in config files: {@code one-hot}, {@code centred} and so on} */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * {@return the coded response; the caller closes it}
   *
   * @param response classes; numbers for {@link #RAW}
   * @param dtype element type of the result
   * @throws DataException if the response is of the other kind, or {@link #SIGNED} finds more or
   *     less than two classes
   */
  public HostMatrix encode(Response response, DType dtype) {
    return switch (response) {
      case Response.Classes classes -> encode(classes, dtype);
      case Response.Values numbers -> {
        if (this != RAW) {
          throw new DataException(
              "targets = " + text() + " needs classes but the response is numbers; use raw");
        }
        yield numbers.values().copy(dtype);
      }
    };
  }

  private HostMatrix encode(Response.Classes classes, DType dtype) {
    return switch (this) {
      case ONE_HOT -> indicators(classes, dtype, 0);
      case CENTRED -> indicators(classes, dtype, 1.0 / classes.count());
      case SIGNED -> signs(classes, dtype);
      case RAW ->
          throw new DataException(
              "targets = raw needs numbers but the response is classes; use one-hot, centred or signed");
    };
  }

  private static HostMatrix indicators(Response.Classes classes, DType dtype, double less) {
    HostMatrix y = HostMatrix.allocate(dtype, classes.samples(), classes.count());
    y.fill(0 - less);
    for (int i = 0; i < classes.samples(); i++) {
      y.set(i, classes.label(i), 1 - less);
    }
    return y;
  }

  private static HostMatrix signs(Response.Classes classes, DType dtype) {
    if (classes.count() != 2) {
      throw new DataException(
          "targets = signed needs 2 classes but there are %d: %s"
              .formatted(classes.count(), classes.names()));
    }
    HostMatrix y = HostMatrix.allocate(dtype, classes.samples(), 1);
    for (int i = 0; i < classes.samples(); i++) {
      y.set(i, 0, classes.label(i) == 0 ? -1 : 1);
    }
    return y;
  }
}
