package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.LinearOperator;
import java.lang.foreign.Arena;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Symmetric matrices of known properties, right-hand sides, and plain products to check with. */
final class Systems {
  private Systems() {}

  static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Allocates a matrix in an arena with NaN in the padding behind each row. */
  static HostMatrix poisoned(Arena arena, DType type, int rows, int cols, int pad) {
    Block block = Blocks.poisoned(arena, type, rows, Math.max(1, cols), Math.max(1, cols) + pad);
    return HostMatrix.borrow(block.segment(), type, rows, cols, block.stride());
  }

  static HostMatrix normal(Arena arena, DType type, int rows, int cols, int pad, long seed) {
    RandomGenerator random = random(seed);
    HostMatrix m = poisoned(arena, type, rows, cols, pad);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        m.set(i, j, random.nextGaussian());
      }
    }
    return m;
  }

  /**
   * Returns X Xᵀ/d + ridge·I of normal X with d = n/2 + 1 columns: eigenvalues from {@code ridge}
   * to about 6.
   */
  static double[][] positiveDefinite(int n, double ridge, long seed) {
    RandomGenerator random = random(seed);
    int d = n / 2 + 1;
    double[][] x = new double[n][d];
    for (double[] row : x) {
      for (int j = 0; j < d; j++) {
        row[j] = random.nextGaussian();
      }
    }
    double[][] a = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int k = 0; k < d; k++) {
          sum += x[i][k] * x[j][k];
        }
        a[i][j] = sum / d + (i == j ? ridge : 0);
        a[j][i] = a[i][j];
      }
    }
    return a;
  }

  /** Stores the lower triangle, with NaN above it. */
  static HostMatrix lower(Arena arena, DType type, double[][] a, int pad) {
    HostMatrix m = poisoned(arena, type, a.length, a.length, pad);
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j <= i; j++) {
        m.set(i, j, a[i][j]);
      }
    }
    return m;
  }

  static HostMatrix full(Arena arena, DType type, double[][] a, int pad) {
    HostMatrix m = poisoned(arena, type, a.length, a.length, pad);
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        m.set(i, j, a[i][j]);
      }
    }
    return m;
  }

  /** Returns the lower triangle with zeros above it. */
  static double[][] lowerArray(HostMatrix m) {
    double[][] values = m.toArray();
    for (int i = 0; i < values.length; i++) {
      for (int j = i + 1; j < values.length; j++) {
        values[i][j] = 0;
      }
    }
    return values;
  }

  static double[][] transpose(double[][] a) {
    return a.length == 0 ? a : Blocks.transpose(a, a.length, a[0].length);
  }

  /** Asserts |got − want| ≤ bound entry by entry. */
  static void assertClose(double[][] got, double[][] want, double bound) {
    assertThat(got.length).isEqualTo(want.length);
    for (int i = 0; i < want.length; i++) {
      for (int j = 0; j < want[i].length; j++) {
        double error = Math.abs(got[i][j] - want[i][j]);
        if (!(error <= bound)) {
          throw new AssertionError(
              "entry (%d, %d) is %s instead of %s, off by %s > %s"
                  .formatted(i, j, got[i][j], want[i][j], error, bound));
        }
      }
    }
  }

  /** A matrix as an operator, by plain loops in float64. */
  static final class Dense implements LinearOperator {
    private final double[][] a;

    Dense(double[][] a) {
      this.a = a;
    }

    @Override
    public long size() {
      return a.length;
    }

    @Override
    public void apply(Matrix v, Matrix out) {
      HostMatrix from = (HostMatrix) v;
      HostMatrix to = (HostMatrix) out;
      for (int i = 0; i < a.length; i++) {
        for (int j = 0; j < from.cols(); j++) {
          double sum = 0;
          for (int k = 0; k < a.length; k++) {
            sum += a[i][k] * from.get(k, j);
          }
          to.set(i, j, sum);
        }
      }
    }
  }
}
