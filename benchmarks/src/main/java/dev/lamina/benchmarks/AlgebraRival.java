package dev.lamina.benchmarks;

import dev.lamina.matrix.DType;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** Gram matrices and Cholesky factors as a NumPy user writes them. */
final class AlgebraRival implements AutoCloseable {
  /** Matrices of N² numbers that its factor needs: the matrix, its copy and the factor. */
  static final int MATRICES = 3;

  private final RivalProcess process;

  private AlgebraRival(RivalProcess process) {
    this.process = process;
  }

  /**
   * Starts the rival.
   *
   * @param threads number of threads
   * @param why told why it is not there
   * @return empty if there is no python3 with NumPy on this machine
   */
  static Optional<AlgebraRival> start(int threads, Consumer<String> why) {
    return RivalProcess.start("linear_algebra.py", RivalProcess.threads(threads, threads), why)
        .map(AlgebraRival::new);
  }

  /** Returns the versions of NumPy and of its BLAS. */
  String version() {
    return process.version();
  }

  /** Draws inputs of its own. */
  void draw(long n, long d, DType dtype) {
    process.ask("draw %d %d %s".formatted(n, d, dtype.name().toLowerCase(Locale.ROOT)));
  }

  /** Computes X Xᵀ of the inputs and returns the milliseconds it took. */
  double gram() {
    return 1e3 * Double.parseDouble(process.ask("gram"));
  }

  /** Makes a positive definite matrix of the inputs. */
  void positive() {
    process.ask("positive");
  }

  /** Factors that matrix and returns the milliseconds it took. */
  double cholesky() {
    return 1e3 * Double.parseDouble(process.ask("cholesky"));
  }

  @Override
  public void close() {
    process.close();
  }
}
