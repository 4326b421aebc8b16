package dev.lamina.benchmarks;

import dev.lamina.matrix.DType;
import java.util.Locale;

/** Gram matrices and Cholesky factors as a NumPy user writes them. */
final class AlgebraRival implements AutoCloseable {
  static final String SCRIPT = "linear_algebra.py";

  /** Matrices of N² numbers that its factor needs: the matrix, its copy and the factor. */
  static final int MATRICES = 3;

  private final RivalProcess process;

  AlgebraRival(RivalProcess process) {
    this.process = process;
  }

  /** Draws inputs of its own. */
  void draw(long n, long d, DType dtype) {
    process.tell("draw %d %d %s".formatted(n, d, dtype.name().toLowerCase(Locale.ROOT)), "drawn");
  }

  /** Computes X Xᵀ of the inputs and returns the milliseconds it took. */
  double gram() {
    return 1e3 * process.seconds("gram");
  }

  /** Makes a positive definite matrix of inputs that it draws. */
  void positive(long n, long d, DType dtype) {
    draw(n, d, dtype);
    process.tell("positive", "made");
  }

  /** Factors that matrix and returns the milliseconds it took. */
  double cholesky() {
    return 1e3 * process.seconds("cholesky");
  }

  @Override
  public void close() {
    process.close();
  }
}
