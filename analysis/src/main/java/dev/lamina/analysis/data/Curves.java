package dev.lamina.analysis.data;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Optional;

/** Samples of a function of one number. */
final class Curves {
  private Curves() {}

  static DataParts sampled(DataSource.Curve curve, DType dtype) {
    DataSet train = part(curve, curve.rows(), 0, "equally spaced points", dtype);
    return DataParts.of(
        train, () -> Optional.of(part(curve, curve.rows() - 1, 0.5, "points in between", dtype)));
  }

  /** Returns the points at from + (i + shift)·spacing. */
  private static DataSet part(
      DataSource.Curve curve, int count, double shift, String what, DType dtype) {
    HostMatrix x = HostMatrix.allocate(dtype, count, 1);
    HostMatrix y = HostMatrix.allocate(dtype, count, 1);
    for (int i = 0; i < count; i++) {
      double share = (i + shift) / (curve.rows() - 1);
      double point = curve.from() + share * (curve.to() - curve.from());
      x.set(i, 0, point);
      y.set(i, 0, curve.function().value(point));
    }
    String how = "curve: %s, %d %s".formatted(curve, count, what);
    return new DataSet(curve.name(), x, new Response.Values(y), Optional.empty(), how);
  }
}
