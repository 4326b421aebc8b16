package dev.lamina.contract;

import dev.lamina.contract.Comparison.At;
import dev.lamina.contract.NaiveKernels.Entry;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code compute} of one kernel owes: right values, symmetry, an exact diagonal. */
public abstract class KernelMatrixContract extends BackendContract {
  private static final int SAMPLED = 16;

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected KernelMatrixContract(String name, DType dtype) {
    super(name, dtype);
  }

  static Stream<String> everyKernel() {
    return Stream.concat(Samples.CHEAP.stream(), Samples.COSTLY.stream());
  }

  @ParameterizedTest
  @MethodSource("everyKernel")
  final void computesRectangular(String text) {
    double[][] x = Inputs.rows(1, dtype(), 33, 7);
    double[][] z = Inputs.rows(2, dtype(), 31, 7);
    try (Placed px = host(x);
        Placed pz = host(z);
        Placed out = poisoned(33, 31)) {
      backend().gram().compute(Samples.kernel(text), px.matrix(), pz.matrix(), out.matrix());
      double[][] got = out.read();
      requireEntries(text, got, x, z, Comparison.sample(33, 31, SAMPLED));
      Comparison.requireNumbers(text, got);
      px.requireUnchanged("x");
      pz.requireUnchanged("z");
    }
  }

  @ParameterizedTest
  @MethodSource("everyKernel")
  final void computesSymmetric(String text) {
    double[][] x = Inputs.rows(3, dtype(), 33, 7);
    double[][] got = symmetric(text, x);
    requireEntries(text, got, x, x, Comparison.sample(33, 33, SAMPLED));
    Comparison.requireNumbers(text, got);
    Comparison.requireSymmetric(text, got);
    requireExactDiagonal(text, got, x);
  }

  static Stream<Arguments> shapes() {
    // Every size appears as N, M and d, and 1 with everything else.
    return Stream.of(
            new int[][] {
              {1, 1, 1},
              {1, 7, 3},
              {7, 1, 1},
              {2, 3, 1},
              {3, 2, 1025},
              {31, 33, 2},
              {32, 32, 32},
              {33, 31, 31},
              {127, 129, 7},
              {128, 128, 33},
              {129, 127, 127},
              {7, 1000, 128},
              {1000, 2, 129},
              {1, 1023, 1000},
              {1025, 1, 1023},
              {1023, 1025, 3}
            })
        .flatMap(s ->
            Stream.of("linear(offset=0.5)", "gaussian(lengthScale=3)", "ntk(depth=2)")
                .map(k -> Arguments.of(s[0], s[1], s[2], k)));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  final void computesEveryShape(int n, int m, int d, String text) {
    double[][] x = Inputs.rows(4, dtype(), n, d);
    double[][] z = Inputs.rows(5, dtype(), m, d);
    try (Placed px = host(x);
        Placed pz = host(z);
        Placed out = poisoned(n, m)) {
      backend().gram().compute(Samples.kernel(text), px.matrix(), pz.matrix(), out.matrix());
      double[][] got = out.read();
      requireEntries(text, got, x, z, cheapOrSampled(text, n, m));
      Comparison.requireNumbers(text, got);
    }
  }

  static Stream<Arguments> symmetricShapes() {
    return Arrays.stream(Samples.SIZES)
        .boxed()
        .flatMap(n ->
            Stream.of("linear()", "matern(nu=1.5, lengthScale=2)", "ntk(depth=2)")
                .map(k -> Arguments.of(n, n > 1000 ? 3 : n % 5 == 0 ? 1 : 9, k)));
  }

  @ParameterizedTest
  @MethodSource("symmetricShapes")
  final void computesEverySymmetricSize(int n, int d, String text) {
    double[][] x = Inputs.rows(6, dtype(), n, d);
    double[][] got = symmetric(text, x);
    requireEntries(text, got, x, x, cheapOrSampled(text, n, n));
    Comparison.requireNumbers(text, got);
    Comparison.requireSymmetric(text, got);
    requireExactDiagonal(text, got, x);
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  final void worksWhereverMatricesLie(Placement placement) {
    double[][] x = Inputs.rows(7, dtype(), 67, 13);
    double[][] z = Inputs.rows(8, dtype(), 35, 13);
    for (String text : List.of("gaussian(lengthScale=3)", "ntk(depth=2, biasVariance=0.1)")) {
      Kernel k = Samples.kernel(text);
      try (Placed px = Placed.of(backend(), placement, dtype(), x);
          Placed pz = Placed.of(backend(), placement, dtype(), z);
          Placed rectangle = Placed.poisoned(backend(), placement, dtype(), 67, 35);
          Placed square = Placed.poisoned(backend(), placement, dtype(), 67, 67)) {
        backend().gram().compute(k, px.matrix(), pz.matrix(), rectangle.matrix());
        backend().gram().compute(k, px.matrix(), px.matrix(), square.matrix());
        requireEntries(text, rectangle.read(), x, z, Comparison.sample(67, 35, 200));
        requireEntries(text, square.read(), x, x, Comparison.sample(67, 67, 200));
        rectangle.requirePaddingIntact("out");
        square.requirePaddingIntact("out");
        px.requireUnchanged("x");
        pz.requireUnchanged("z");
      }
    }
  }

  @Test
  final void mixesHostAndDevice() {
    double[][] x = Inputs.rows(9, dtype(), 40, 5);
    double[][] z = Inputs.rows(10, dtype(), 50, 5);
    for (Placement ofX : Placement.values()) {
      for (Placement ofOut : Placement.values()) {
        try (Placed px = Placed.of(backend(), ofX, dtype(), x);
            Placed pz = Placed.of(backend(), Placement.HOST, dtype(), z);
            Placed out = Placed.poisoned(backend(), ofOut, dtype(), 40, 50)) {
          Kernel k = Samples.kernel("linear()");
          backend().gram().compute(k, px.matrix(), pz.matrix(), out.matrix());
          requireEntries("linear()", out.read(), x, z, Comparison.all(40, 50));
          out.requirePaddingIntact("x " + ofX + ", out " + ofOut);
        }
      }
    }
  }

  @Test
  final void rowsOfAMatrixAreAMatrix() {
    double[][] x = Inputs.rows(11, dtype(), 20, 6);
    double[][] got;
    try (Placed px = Placed.of(backend(), Placement.STRIDED, dtype(), x);
        Placed out = Placed.poisoned(backend(), Placement.STRIDED, dtype(), 9, 9)) {
      Kernel k = Samples.kernel("ntk(depth=1)");
      backend()
          .gram()
          .compute(k, px.matrix().rows(3, 8), px.matrix().rows(11, 20), out.matrix().rows(2, 7));
      got = out.read();
      requireEntries(
          "ntk(depth=1)",
          Arrays.copyOfRange(got, 2, 7),
          Arrays.copyOfRange(x, 3, 8),
          Arrays.copyOfRange(x, 11, 20),
          Comparison.all(5, 9));
      out.requirePaddingIntact("out");
    }
    for (int i : new int[] {0, 1, 7, 8}) {
      for (double v : got[i]) {
        if (!Double.isNaN(v)) {
          throw new AssertionError("row " + i + " lies outside the output's view but was written");
        }
      }
    }
  }

  @Test
  final void equalMatricesThatAreNotTheSameGiveTheSameValues() {
    double[][] x = Inputs.rows(12, dtype(), 37, 5);
    for (String text : List.of("gaussian(lengthScale=2)", "ntk(depth=3)")) {
      double[][] same = symmetric(text, x);
      try (Placed px = host(x);
          Placed pz = host(x);
          Placed out = poisoned(37, 37)) {
        backend().gram().compute(Samples.kernel(text), px.matrix(), pz.matrix(), out.matrix());
        requireEntries(text, out.read(), x, x, Comparison.sample(37, 37, 300));
        requireEntries(text, same, x, x, Comparison.sample(37, 37, 300));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("everyKernel")
  final void diagonalIsTheDiagonal(String text) {
    double[][] x = Inputs.rows(13, dtype(), 33, 7);
    double[][] matrix = symmetric(text, x);
    try (Placed px = host(x);
        Placed out = poisoned(33, 1)) {
      backend().gram().diagonal(Samples.kernel(text), px.matrix(), out.matrix());
      double[][] got = out.read();
      for (int i = 0; i < x.length; i++) {
        if (got[i][0] != matrix[i][i]) {
          throw new AssertionError(
              "%s: diagonal gives %s in row %d but the matrix has %s"
                  .formatted(text, got[i][0], i, matrix[i][i]));
        }
      }
      px.requireUnchanged("x");
    }
  }

  @Test
  final void duplicateRowsGiveTheirOwnDiagonal() {
    double[][] x = Inputs.rows(14, dtype(), 12, 9);
    x[7] = x[2].clone();
    x[11] = x[2].clone();
    for (String text : everyKernel().toList()) {
      double[][] k = symmetric(text, x);
      Tolerance tolerance = tolerance(9);
      for (At at : List.of(new At(2, 7), new At(7, 11), new At(11, 2))) {
        double want = k[2][2];
        if (!tolerance.accepts(k[at.row()][at.col()], want, Math.abs(want))) {
          throw new AssertionError(
              "%s: rows %d and %d are equal but their entry is %s and the diagonal %s"
                  .formatted(text, at.row(), at.col(), k[at.row()][at.col()], want));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("everyKernel")
  final void isPositiveSemiDefiniteUpToRounding(String text) {
    double[][] x = Inputs.rows(15, dtype(), 31, 3);
    x[30] = x[0].clone(); // makes the exact matrix singular
    double[][] k = symmetric(text, x);
    double growth = growth(text, x);
    double sum = 0;
    for (At at : Comparison.all(31, 31)) {
      double scale = Math.sqrt(k[at.row()][at.row()] * k[at.col()][at.col()]);
      double bound = tolerance(3).bound(k[at.row()][at.col()], growth * scale);
      sum += bound * bound;
    }
    // Rounding moves no eigenvalue by more than the Frobenius norm of the change (Weyl).
    double smallest = NaiveSolve.eigenvalues(k)[0];
    if (!(smallest >= -Math.sqrt(sum))) {
      throw new AssertionError(
          "%s: smallest eigenvalue is %s, below the rounding of %s"
              .formatted(text, smallest, -Math.sqrt(sum)));
    }
  }

  /** Returns an entry's scale relative to the diagonal's magnitude, at the longest row. */
  private static double growth(String text, double[][] x) {
    double[] longest = x[0];
    for (double[] row : x) {
      longest = NaivePair.dot(row, longest).xx() > NaivePair.dot(longest, row).xx() ? row : longest;
    }
    Entry e = NaiveKernels.entry(Samples.kernel(text), longest, longest);
    return e.scale() / e.value();
  }

  private double[][] symmetric(String text, double[][] x) {
    try (Placed px = host(x);
        Placed out = poisoned(x.length, x.length)) {
      backend().gram().compute(Samples.kernel(text), px.matrix(), px.matrix(), out.matrix());
      px.requireUnchanged("x");
      return out.read();
    }
  }

  private static List<At> cheapOrSampled(String text, int n, int m) {
    boolean costly = text.startsWith("ntk") || text.startsWith("matern");
    return costly ? Comparison.sample(n, m, 100) : Comparison.all(n, m);
  }

  private void requireEntries(
      String text, double[][] got, double[][] x, double[][] z, List<At> positions) {
    Kernel kernel = Samples.kernel(text);
    Comparison.require(
        "%s of %d×%d and %d×%d".formatted(text, x.length, x[0].length, z.length, z[0].length),
        got,
        positions,
        (i, j) -> NaiveKernels.entry(kernel, x[i], z[j]),
        tolerance(x[0].length));
  }

  /** The diagonal is the float64 value rounded once: nothing but its float64 error may show. */
  private void requireExactDiagonal(String text, double[][] got, double[][] x) {
    Kernel kernel = Samples.kernel(text);
    Tolerance exact = new Tolerance(DType.FLOAT64, x[0].length);
    for (At at : Comparison.sample(x.length, 1, SAMPLED)) {
      Entry want = NaiveKernels.entry(kernel, x[at.row()], x[at.row()]);
      double error = exact.bound(want.value(), want.scale());
      double low = Inputs.round(dtype(), want.value() - error);
      double high = Inputs.round(dtype(), want.value() + error);
      double value = got[at.row()][at.row()];
      if (!(value >= low && value <= high)) {
        throw new AssertionError(
            "%s: diagonal entry %d must be %s correctly rounded but is %s"
                .formatted(text, at.row(), want.value(), value));
      }
    }
  }
}
