package dev.lamina.contract;

import dev.lamina.contract.NaiveKernels.Entry;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What products of matrices, with kernels and without, and what is done to Gram matrices owe. */
public abstract class ProductContract extends BackendContract {

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected ProductContract(String name, DType dtype) {
    super(name, dtype);
  }

  static Stream<Arguments> kernelProducts() {
    return Stream.of(
            new int[][] {
              {1, 1, 1, 1},
              {1, 7, 3, 2},
              {33, 1, 2, 31},
              {31, 129, 7, 1},
              {128, 127, 3, 33},
              {129, 32, 1, 3},
              {1000, 1023, 3, 2},
              {2, 1025, 3, 7}
            })
        .flatMap(s ->
            Stream.of(
                    "linear(offset=0.5)",
                    "gaussian(lengthScale=2)",
                    "polynomial(degree=2, scale=0.5, offset=1)")
                .map(k -> Arguments.of(s[0], s[1], s[2], s[3], k)));
  }

  @ParameterizedTest
  @MethodSource("kernelProducts")
  final void multipliesByAKernelMatrix(int n, int m, int d, int t, String text) {
    double[][] x = Inputs.rows(1, dtype(), n, d);
    double[][] z = Inputs.rows(2, dtype(), m, d);
    double[][] v = Inputs.rows(3, dtype(), m, t);
    requireMultiply(Placement.HOST, Kernel.parse(text), x, z, v);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 31, 32, 33, 127, 128, 129, 1000})
  final void multipliesByASymmetricKernelMatrix(int n) {
    double[][] x = Inputs.rows(4, dtype(), n, 3);
    double[][] v = Inputs.rows(5, dtype(), n, 2);
    requireMultiply(Placement.HOST, Kernel.parse("gaussian(lengthScale=2)"), x, x, v);
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  final void multipliesWhereverMatricesLie(Placement placement) {
    double[][] x = Inputs.rows(6, dtype(), 24, 5);
    double[][] z = Inputs.rows(7, dtype(), 17, 5);
    double[][] v = Inputs.rows(8, dtype(), 17, 3);
    requireMultiply(placement, Kernel.parse("ntk(depth=2)"), x, z, v);
    requireMultiply(placement, Kernel.parse("ntk(depth=2)"), z, z, v);
  }

  private void requireMultiply(
      Placement placement, Kernel kernel, double[][] x, double[][] z, double[][] v) {
    int n = x.length;
    int m = z.length;
    int t = v[0].length;
    double[][] want = new double[n][t];
    double[][] scale = new double[n][t];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < m; j++) {
        Entry k = NaiveKernels.entry(kernel, x[i], z[j]);
        for (int c = 0; c < t; c++) {
          want[i][c] += k.value() * v[j][c];
          scale[i][c] += k.scale() * Math.abs(v[j][c]);
        }
      }
    }
    try (Placed px = Placed.of(backend(), placement, dtype(), x);
        Placed pz = Arrays.equals(x, z) ? px : Placed.of(backend(), placement, dtype(), z);
        Placed pv = Placed.of(backend(), placement, dtype(), v);
        Placed out = Placed.poisoned(backend(), placement, dtype(), n, t)) {
      backend().gram().multiply(kernel, px.matrix(), pz.matrix(), pv.matrix(), out.matrix());
      // Two sums one after the other: d terms in the kernel, m in the product.
      Tolerance tolerance = tolerance(Math.max(x[0].length, m));
      String what = "%s %d×%d times %d×%d".formatted(kernel, n, m, m, t);
      Comparison.require(what, out.read(), want, scale, tolerance);
      out.requirePaddingIntact("out");
      px.requireUnchanged("x");
      pv.requireUnchanged("v");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,1,0",
    "2,3,2,0",
    "3,1,0.5,1",
    "7,1025,1,0",
    "31,7,-1,0.5",
    "32,32,1,1",
    "33,127,2,0",
    "127,31,1,-2",
    "128,128,1,0",
    "129,2,1,0.25",
    "1000,3,1,0",
    "1023,2,0.1,1",
    "1025,1,1,0"
  })
  final void formsProductsOfRows(int n, int d, double alpha, double beta) {
    double[][] x = Inputs.rows(9, dtype(), n, d);
    double[][] old = symmetric(n);
    double[][] xt = NaiveGram.transpose(x);
    double[][] want = NaiveGram.combine(alpha, NaiveGram.multiply(x, xt), beta, old);
    double[][] scale = scale(alpha, x, xt, beta, old);
    for (Placement placement : n > 130 ? new Placement[] {Placement.HOST} : Placement.values()) {
      try (Placed px = Placed.of(backend(), placement, dtype(), x);
          Placed out =
              beta == 0
                  ? Placed.poisoned(backend(), placement, dtype(), n, n)
                  : Placed.of(backend(), placement, dtype(), old)) {
        backend().gram().rowProducts(px.matrix(), alpha, beta, out.matrix());
        String what = "rowProducts of %d×%d, %s".formatted(n, d, placement);
        double[][] got = out.read();
        Comparison.require(what, got, want, scale, tolerance(d));
        Comparison.requireSymmetric(what, got);
        out.requirePaddingIntact(what);
        px.requireUnchanged("x");
      }
    }
  }

  static Stream<Arguments> gemms() {
    int[][] sizes = {
      {1, 1, 1},
      {1, 33, 7},
      {31, 1, 2},
      {3, 2, 1},
      {32, 33, 31},
      {127, 7, 129},
      {129, 128, 1},
      {33, 31, 31},
      {128, 127, 32},
      {1000, 3, 2},
      {2, 1025, 3},
      {7, 3, 1023}
    };
    return Stream.of(sizes)
        .flatMap(s ->
            Stream.of(false, true)
                .flatMap(ta ->
                    Stream.of(false, true).map(tb -> Arguments.of(s[0], s[1], s[2], ta, tb))));
  }

  @ParameterizedTest
  @MethodSource("gemms")
  final void multipliesMatrices(int m, int k, int n, boolean transposeA, boolean transposeB) {
    double[][] a = Inputs.rows(10, dtype(), transposeA ? k : m, transposeA ? m : k);
    double[][] b = Inputs.rows(11, dtype(), transposeB ? n : k, transposeB ? k : n);
    double[][] old = Inputs.rows(12, dtype(), m, n);
    double[][] opA = transposeA ? NaiveGram.transpose(a) : a;
    double[][] opB = transposeB ? NaiveGram.transpose(b) : b;
    for (double[] factors : new double[][] {{1, 0}, {-0.5, 1}, {2, 0.25}}) {
      double[][] want =
          NaiveGram.combine(factors[0], NaiveGram.multiply(opA, opB), factors[1], old);
      double[][] scale = scale(factors[0], opA, opB, factors[1], old);
      for (Placement placement : Placement.values()) {
        try (Placed pa = Placed.of(backend(), placement, dtype(), a);
            Placed pb = Placed.of(backend(), placement, dtype(), b);
            Placed out =
                factors[1] == 0
                    ? Placed.poisoned(backend(), placement, dtype(), m, n)
                    : Placed.of(backend(), placement, dtype(), old)) {
          backend()
              .gram()
              .gemm(
                  pa.matrix(),
                  transposeA,
                  pb.matrix(),
                  transposeB,
                  factors[0],
                  factors[1],
                  out.matrix());
          String what = "gemm %d×%d×%d, %s".formatted(m, k, n, placement);
          Comparison.require(what, out.read(), want, scale, tolerance(k));
          out.requirePaddingIntact(what);
          pa.requireUnchanged("a");
          pb.requireUnchanged("b");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 31, 32, 33, 127, 128, 129, 301})
  final void centres(int n) {
    double[][] k = symmetric(n);
    double[][] want = NaiveGram.centre(k);
    double[][] scale = new double[n][n];
    for (double[] row : scale) {
      // Every entry of H K H is a difference of four means, none larger than the largest entry.
      Arrays.fill(row, 4 * largest(k));
    }
    for (Placement placement : Placement.values()) {
      try (Placed out = Placed.of(backend(), placement, dtype(), k)) {
        backend().gram().centre(out.matrix());
        String what = "centre of %d×%d, %s".formatted(n, n, placement);
        Comparison.require(what, out.read(), want, scale, tolerance(1));
        out.requirePaddingIntact(what);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,7", "33,1", "7,1025", "129,33", "1000,3"})
  final void normsRows(int n, int d) {
    double[][] x = Inputs.rows(13, dtype(), n, d);
    requireNorms(x);
  }

  @Test
  final void normsOfRowsWhoseSquaresOverflowOrVanish() {
    boolean narrow = dtype() == DType.FLOAT32;
    double huge = narrow ? 1e30 : 1e200;
    double[][] x = Inputs.rows(14, dtype(), 6, 5);
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 5; j++) {
        x[i][j] = Inputs.round(dtype(), x[i][j] * (i % 2 == 0 ? huge : 1 / huge));
      }
    }
    x[4] = new double[] {0, 0, 0, 0, 0};
    requireNorms(x);
  }

  private void requireNorms(double[][] x) {
    double[] norms = NaiveGram.rowNorms(x);
    double[][] want = NaiveGram.transpose(new double[][] {norms});
    for (Placement placement : Placement.values()) {
      try (Placed px = Placed.of(backend(), placement, dtype(), x);
          Placed out = Placed.poisoned(backend(), placement, dtype(), x.length, 1)) {
        backend().gram().rowNorms(px.matrix(), out.matrix());
        Comparison.require("rowNorms", out.read(), want, want, tolerance(x[0].length));
        out.requirePaddingIntact("rowNorms");
        px.requireUnchanged("x");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,1025", "33,7", "129,127", "1000,31"})
  final void innerProductsAreSummedInFloat64(int n, int m) {
    double[][] a = Inputs.rows(15, dtype(), n, m);
    double[][] b = Inputs.rows(16, dtype(), n, m);
    double want = NaiveGram.dot(a, b);
    double scale = Math.sqrt(NaiveGram.dot(a, a) * NaiveGram.dot(b, b));
    for (Placement placement : Placement.values()) {
      try (Placed pa = Placed.of(backend(), placement, dtype(), a);
          Placed pb = Placed.of(backend(), placement, dtype(), b)) {
        double got = backend().gram().dot(pa.matrix(), pb.matrix());
        // Products of float32 numbers are exact in float64, so float64 errors alone are allowed.
        Tolerance tolerance = new Tolerance(DType.FLOAT64, (long) n * m);
        if (!tolerance.accepts(got, want, scale)) {
          throw new AssertionError(
              "dot of %d×%d, %s: %s must be %s within %.3g"
                  .formatted(n, m, placement, got, want, tolerance.bound(want, scale)));
        }
        if (backend().gram().dot(pa.matrix(), pb.matrix()) != got) {
          throw new AssertionError("dot: two runs differ in a bit");
        }
      }
    }
  }

  @Test
  final void zeroBetaForgetsEvenNaN() {
    double[][] x = Inputs.rows(17, dtype(), 9, 4);
    for (Placement placement : List.of(Placement.HOST, Placement.DEVICE)) {
      try (Placed px = Placed.of(backend(), placement, dtype(), x);
          Placed out = Placed.poisoned(backend(), placement, dtype(), 9, 9)) {
        backend().gram().gemm(px.matrix(), false, px.matrix(), true, 0, 0, out.matrix());
        Comparison.requireSame("0·X Xᵀ + 0·NaN", NaiveGram.abs(out.read()), new double[9][9]);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,7", "33,1", "7,1025", "129,33", "1000,3"})
  final void multipliesEntries(int n, int m) {
    double[][] a = Inputs.rows(19, dtype(), n, m);
    double[][] old = Inputs.rows(20, dtype(), n, m);
    double[][] want = NaiveGram.hadamard(a, old);
    for (Placement placement : Placement.values()) {
      try (Placed pa = Placed.of(backend(), placement, dtype(), a);
          Placed out = Placed.of(backend(), placement, dtype(), old)) {
        backend().gram().hadamard(pa.matrix(), out.matrix());
        String what = "hadamard of %d×%d, %s".formatted(n, m, placement);
        Comparison.require(what, out.read(), want, new double[n][m], tolerance(1));
        out.requirePaddingIntact(what);
        pa.requireUnchanged("a");
      }
    }
  }

  /** Kernels of C outputs, N examples and n units; and of another layer, and their sum. */
  @ParameterizedTest
  @CsvSource({
    "1,1,1",
    "1,7,3",
    "2,1,5",
    "3,2,33",
    "2,31,1",
    "3,33,7",
    "4,65,32",
    "10,20,64",
    "2,129,127"
  })
  final void normsOfHadamardProducts(int outputs, int n, int units) {
    List<double[][]> d =
        List.of(
            Inputs.rows(21, dtype(), outputs * n, units), Inputs.rows(22, dtype(), outputs * n, 5));
    List<double[][]> g = List.of(symmetric(n), NaiveGram.transpose(symmetric(n)));
    double[] want = new double[3];
    double[] scale = new double[3];
    for (int c = 0; c < outputs; c++) {
      for (int e = 0; e < outputs; e++) {
        double[][] all = new double[n][n];
        double allSize = 0;
        for (int l = 0; l < 2; l++) {
          double[][] left = Arrays.copyOfRange(d.get(l), c * n, (c + 1) * n);
          double[][] right = Arrays.copyOfRange(d.get(l), e * n, (e + 1) * n);
          double[][] k =
              NaiveGram.centre(
                  NaiveGram.hadamard(
                      NaiveGram.multiply(left, NaiveGram.transpose(right)), g.get(l)));
          double size = 4 * largest(g.get(l)) * largestNorm(left) * largestNorm(right);
          want[l] += NaiveGram.dot(k, k);
          scale[l] += n * size * Math.sqrt(NaiveGram.dot(k, k));
          all = NaiveGram.combine(1, all, 1, k);
          allSize += size;
        }
        want[2] += NaiveGram.dot(all, all);
        scale[2] += n * allSize * Math.sqrt(NaiveGram.dot(all, all));
      }
    }
    for (Placement placement : Placement.values()) {
      try (Placed d0 = Placed.of(backend(), placement, dtype(), d.get(0));
          Placed d1 = Placed.of(backend(), placement, dtype(), d.get(1));
          Placed g0 = Placed.of(backend(), placement, dtype(), g.get(0));
          Placed g1 = Placed.of(backend(), placement, dtype(), g.get(1))) {
        String what = "%d outputs, %d examples, %s".formatted(outputs, n, placement);
        double[] both =
            backend()
                .gram()
                .hadamardNorms(
                    List.of(d0.matrix(), d1.matrix()), List.of(g0.matrix(), g1.matrix()));
        requireNorms(what, both, want, scale, units);
        double[] one = backend().gram().hadamardNorms(List.of(d0.matrix()), List.of(g0.matrix()));
        requireNorms(what + ", one kernel", one, new double[] {want[0], want[0]}, scale, units);
        d0.requireUnchanged("d");
        g1.requireUnchanged("g");
      }
    }
  }

  private void requireNorms(String what, double[] got, double[] want, double[] scale, int units) {
    if (got.length != want.length) {
      throw new AssertionError(what + ": there must be %d norms".formatted(want.length));
    }
    for (int l = 0; l < got.length; l++) {
      // A sum of squares changes by twice the entries times their errors.
      double size = 2 * scale[Math.min(l, want.length == 2 ? 0 : l)];
      Tolerance tolerance = tolerance(Math.max(units, 5));
      if (!tolerance.accepts(got[l], want[l], size)) {
        throw new AssertionError(
            "hadamardNorms of %s: norm %d is %s but must be %s within %.3g"
                .formatted(what, l, got[l], want[l], tolerance.bound(want[l], size)));
      }
    }
  }

  private static double largestNorm(double[][] rows) {
    return Arrays.stream(NaiveGram.rowNorms(rows)).max().orElseThrow();
  }

  /** A kernel of a large mean: whoever squares before subtracting it loses every digit. */
  @Test
  final void normsOfNearlyConstantProductsKeepTheirDigits() {
    int n = 40;
    double[][] d = new double[2 * n][1];
    double[][] g = new double[n][n];
    for (double[] row : d) {
      row[0] = 1;
    }
    double step = dtype() == DType.FLOAT32 ? 0x1p-12 : 0x1p-30;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        g[i][j] = 1 + step * (i % 4 == j % 4 ? 1 : 0); // exact in the element type
      }
    }
    double[][] centred = NaiveGram.centre(NaiveGram.combine(1, g, -1, constant(n, 1)));
    double want = 4 * NaiveGram.dot(centred, centred);
    try (Placed pd = Placed.of(backend(), Placement.DEVICE, dtype(), d);
        Placed pg = Placed.of(backend(), Placement.DEVICE, dtype(), g)) {
      double got = backend().gram().hadamardNorms(List.of(pd.matrix()), List.of(pg.matrix()))[0];
      // Means are off by u, entries are of the size of the step: squares by u·step each.
      double bound = 16 * dtype().unitRoundoff() * step * 4 * n * n;
      if (!(Math.abs(got - want) <= bound)) {
        throw new AssertionError(
            "hadamardNorms: %s must be %s within %.3g".formatted(got, want, bound));
      }
    }
  }

  private static double[][] constant(int n, double value) {
    double[][] a = new double[n][n];
    for (double[] row : a) {
      Arrays.fill(row, value);
    }
    return a;
  }

  private double[][] symmetric(int n) {
    double[][] a = Inputs.rows(18, dtype(), n, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        a[i][j] = a[j][i];
      }
    }
    return a;
  }

  /** |alpha|·‖row of a‖·‖column of b‖ + |beta|·|old|. */
  private static double[][] scale(
      double alpha, double[][] a, double[][] b, double beta, double[][] old) {
    double[] left = NaiveGram.rowNorms(a);
    double[] right = NaiveGram.rowNorms(NaiveGram.transpose(b));
    double[][] scale = new double[left.length][right.length];
    for (int i = 0; i < left.length; i++) {
      for (int j = 0; j < right.length; j++) {
        scale[i][j] = Math.abs(alpha) * left[i] * right[j] + Math.abs(beta * old[i][j]);
      }
    }
    return scale;
  }

  private static double largest(double[][] a) {
    double largest = 0;
    for (double[] row : a) {
      for (double v : row) {
        largest = Math.max(largest, Math.abs(v));
      }
    }
    return largest;
  }
}
