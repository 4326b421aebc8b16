package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.Backend;
import dev.lamina.backend.MemoryBudgetException;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.NaiveKernels.Entry;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.ops.WideLayer;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a wide ReLU layer on a stored kernel matrix and its adjoint owe. */
public abstract class WideLayerContract extends BackendContract {
  private static final WideLayer LAYER = new WideLayer(1.7, 0.3);
  private static final WideLayer BARE = new WideLayer(2, 0);

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected WideLayerContract(String name, DType dtype) {
    super(name, dtype);
  }

  /** A kernel matrix of rows of few dimensions: angles of every size. */
  private double[][] kernel(long seed, int n) {
    double[][] x = Inputs.rows(seed, dtype(), n, 4);
    return rounded(NaiveGram.multiply(x, NaiveGram.transpose(x)));
  }

  /** A symmetric matrix of either sign. */
  private double[][] gradient(long seed, int n) {
    double[][] a = Inputs.rows(seed, dtype(), n, n);
    return rounded(NaiveGram.combine(0.5, a, 0.5, NaiveGram.transpose(a)));
  }

  private double[][] rounded(double[][] a) {
    for (double[] row : a) {
      Arrays.setAll(row, j -> Inputs.round(dtype(), row[j]));
    }
    return a;
  }

  private double[][] scaled(double factor, double[][] a) {
    return rounded(NaiveGram.combine(factor, a, 0, a));
  }

  /** Replaces what must not be read. */
  private static double[][] lower(double[][] symmetric) {
    double[][] lower = NaiveGram.copy(symmetric);
    for (int i = 0; i < lower.length; i++) {
      Arrays.fill(lower[i], i + 1, lower.length, Double.NaN);
    }
    return lower;
  }

  private double[][] forward(WideLayer layer, double[][] k) {
    try (Placed pk = host(k);
        Placed out = poisoned(k.length, k.length)) {
      backend().gram().arcCosine(layer, pk.matrix(), out.matrix());
      return out.read();
    }
  }

  private double[][] adjoint(WideLayer layer, double[][] k, double[][] g) {
    try (Placed pk = host(k);
        Placed pg = host(g)) {
      backend().gram().arcCosineAdjoint(layer, pk.matrix(), pg.matrix());
      return pg.read();
    }
  }

  private void requireForward(String what, WideLayer layer, double[][] k, double[][] got) {
    double weight = layer.weightVariance();
    double bias = layer.biasVariance();
    Comparison.require(
        what,
        got,
        NaiveWideLayer.forward(weight, bias, k),
        NaiveWideLayer.forwardScale(weight, bias, k),
        tolerance(1));
    Comparison.requireSymmetric(what, got);
  }

  private void requireAdjoint(
      String what, WideLayer layer, double[][] k, double[][] g, double[][] got) {
    double weight = layer.weightVariance();
    Comparison.require(
        what,
        got,
        NaiveWideLayer.adjoint(weight, k, g),
        NaiveWideLayer.adjointScale(weight, k, g),
        tolerance(k.length));
    Comparison.requireSymmetric(what, got);
  }

  private static Placement[] placements(int n) {
    return n > 130 ? new Placement[] {Placement.HOST} : Placement.values();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 31, 32, 33, 127, 128, 129, 300})
  final void goesThroughALayer(int n) {
    double[][] k = kernel(61, n);
    for (Placement placement : placements(n)) {
      String what = "arcCosine of %d×%d, %s".formatted(n, n, placement);
      try (Placed pk = Placed.of(backend(), placement, dtype(), lower(k));
          Placed out = Placed.poisoned(backend(), placement, dtype(), n, n)) {
        backend().gram().arcCosine(LAYER, pk.matrix(), out.matrix());
        double[][] got = out.read();
        requireForward(what, LAYER, k, got);
        pk.requireUnchanged("k");
        out.requirePaddingIntact(what);
        backend().gram().arcCosine(LAYER, pk.matrix(), pk.matrix());
        Comparison.requireSame(what + " in place", pk.read(), got);
        pk.requirePaddingIntact(what + " in place");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 31, 32, 33, 127, 128, 129, 300})
  final void pullsGradientsBack(int n) {
    double[][] k = kernel(62, n);
    double[][] g = gradient(63, n);
    for (Placement placement : placements(n)) {
      String what = "arcCosineAdjoint of %d×%d, %s".formatted(n, n, placement);
      try (Placed pk = Placed.of(backend(), placement, dtype(), lower(k));
          Placed pg = Placed.of(backend(), placement, dtype(), lower(g))) {
        backend().gram().arcCosineAdjoint(LAYER, pk.matrix(), pg.matrix());
        requireAdjoint(what, LAYER, k, g, pg.read());
        pk.requireUnchanged("k");
        pg.requirePaddingIntact(what);
      }
    }
  }

  @Test
  final void mixesHostAndDevice() {
    double[][] k = kernel(64, 20);
    double[][] g = gradient(65, 20);
    double[][] want = forward(LAYER, k);
    double[][] wantAdjoint = adjoint(LAYER, k, g);
    for (Placement of : Placement.values()) {
      for (Placement to : Placement.values()) {
        try (Placed pk = Placed.of(backend(), of, dtype(), k);
            Placed pg = Placed.of(backend(), to, dtype(), g);
            Placed out = Placed.poisoned(backend(), to, dtype(), 20, 20)) {
          backend().gram().arcCosine(LAYER, pk.matrix(), out.matrix());
          backend().gram().arcCosineAdjoint(LAYER, pk.matrix(), pg.matrix());
          Comparison.requireSame("arcCosine %s to %s".formatted(of, to), out.read(), want);
          Comparison.requireSame("adjoint %s to %s".formatted(of, to), pg.read(), wantAdjoint);
        }
      }
    }
  }

  /** k₁ and k₀ of a 3×3 matrix, computed once to 12 digits. */
  @Test
  final void agreesWithPublishedFormulasOnAnExample() {
    double[][] k = rounded(new double[][] {{1.3, -0.4, 0.9}, {-0.4, 0.7, 0.2}, {0.9, 0.2, 2}});
    double[] dual = {0.65, 0.065378091519, 0.5227557756, 0.35, 0.241011338662, 1};
    double[] slope = {0.5, 0.181135330841, 0.344245526804, 0.5, 0.277031876314, 0.5};
    double[][] f = forward(new WideLayer(1, 0), k);
    double[][] ones = new double[3][3];
    for (double[] row : ones) {
      Arrays.fill(row, 1);
    }
    double[][] h = adjoint(new WideLayer(1, 0), k, ones);
    int at = 0;
    for (int i = 0; i < 3; i++) {
      for (int j = i; j < 3; j++) {
        double bound = 1e-12 + 4 * dtype().unitRoundoff();
        assertThat(f[i][j]).as("k1 %d %d", i, j).isCloseTo(dual[at], within(bound));
        if (i != j) {
          assertThat(h[i][j]).as("k0 %d %d", i, j).isCloseTo(slope[at], within(bound));
        }
        at++;
      }
    }
  }

  private static org.assertj.core.data.Offset<Double> within(double bound) {
    return org.assertj.core.data.Offset.offset(bound);
  }

  /** Both ways to an infinite network's kernel: from the inputs at once and layer by layer. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  final void layersMakeTheKernelOfANetwork(int depth) {
    int n = 40;
    double[][] x = Inputs.rows(66, dtype(), n, 30);
    String text = "nngp(depth=%d, weightVariance=1.7, biasVariance=0.3)".formatted(depth);
    try (Placed px = host(x);
        Placed want = poisoned(n, n)) {
      double[][] bias = new double[n][n];
      for (double[] row : bias) {
        Arrays.fill(row, LAYER.biasVariance());
      }
      try (Placed layers = host(rounded(bias))) {
        backend().gram().rowProducts(px.matrix(), LAYER.weightVariance() / 30, 1, layers.matrix());
        for (int layer = 0; layer < depth; layer++) {
          backend().gram().arcCosine(LAYER, layers.matrix(), layers.matrix());
        }
        backend().gram().compute(Kernel.parse(text), px.matrix(), px.matrix(), want.matrix());
        double[][] direct = want.read();
        // The slope of a layer is at most σw²/2 < 1: errors of the first matrix do not grow.
        Comparison.require(
            text,
            layers.read(),
            Comparison.all(n, n),
            (i, j) ->
                new Entry(
                    direct[i][j], (depth + 1) * Math.sqrt(direct[i][i]) * Math.sqrt(direct[j][j])),
            tolerance(30));
      }
    }
  }

  /** ⟨G, dF⟩ = ⟨H, dK⟩, with dF a central difference of the oracle's own layer. */
  @ParameterizedTest
  @CsvSource({"2,1", "3,2", "17,3", "40,4"})
  final void theAdjointIsThatOfDifferences(int n, int seed) {
    double[][] k = scaled(0.2, NaiveGram.combine(1, kernel(seed, n), 1, identity(n)));
    double[][] g = gradient(seed + 100, n);
    double[][] direction = gradient(seed + 200, n);
    double[][] h = adjoint(LAYER, k, g);
    Tolerance exact = new Tolerance(DType.FLOAT64, n);
    double step = exact.differenceStep();
    double weight = LAYER.weightVariance();
    double[][] up = NaiveWideLayer.forward(weight, 0, NaiveGram.combine(1, k, step, direction));
    double[][] down = NaiveWideLayer.forward(weight, 0, NaiveGram.combine(1, k, -step, direction));
    double want = NaiveGram.dot(g, NaiveGram.combine(0.5 / step, up, -0.5 / step, down));
    double[][] terms = NaiveWideLayer.adjointScale(weight, k, g);
    double scale = NaiveGram.dot(terms, NaiveGram.abs(direction));
    assertThat(NaiveGram.dot(h, direction))
        .isCloseTo(
            want, within(tolerance(n).bound(want, scale) + exact.differenceBound(100 * scale)));
  }

  private static double[][] identity(int n) {
    double[][] identity = new double[n][n];
    for (int i = 0; i < n; i++) {
      identity[i][i] = 1;
    }
    return identity;
  }

  /** Duplicates, opposite rows, and the like of both that only rounding tells from them. */
  @Test
  final void parallelRowsHaveTheirLimits() {
    double[][] x = Inputs.rows(67, dtype(), 140, 3);
    RandomGenerator random = Inputs.generator(68);
    for (int i = 0; i + 3 < 140; i += 4) {
      for (int j = 0; j < 3; j++) {
        x[i + 1][j] = x[i][j];
        x[i + 2][j] = -x[i][j];
        x[i + 3][j] = Inputs.round(dtype(), x[i][j] * (1 + 1e-5 * random.nextDouble()));
      }
    }
    double[][] k = rounded(NaiveGram.multiply(x, NaiveGram.transpose(x)));
    double[][] g = gradient(69, 140);
    double[][] f = forward(LAYER, k);
    double[][] h = adjoint(LAYER, k, g);
    requireForward("arcCosine of parallel rows", LAYER, k, f);
    requireAdjoint("arcCosineAdjoint of parallel rows", LAYER, k, g, h);
    double bias = Inputs.round(dtype(), LAYER.biasVariance());
    for (int i = 0; i + 3 < 140; i += 4) {
      assertThat(f[i][i + 1]).as("duplicate %d", i).isEqualTo(f[i][i]);
      assertThat(f[i][i + 2]).as("opposite %d", i).isEqualTo(bias);
      assertThat(h[i][i + 2]).as("adjoint of opposite %d", i).isZero();
    }
  }

  @Test
  final void productsMayExceedTheirBoundByRounding() {
    double[][] k = new double[2][2];
    k[0][0] = 1;
    k[1][1] = 1;
    k[1][0] = 1 + 4 * dtype().unitRoundoff();
    for (double sign : new double[] {1, -1}) {
      k[1][0] *= sign;
      k[0][1] = k[1][0];
      double[][] g = {{0.5, 0.25}, {0.25, -3}};
      double[][] f = forward(BARE, k);
      double[][] h = adjoint(BARE, k, g);
      requireForward("arcCosine", BARE, k, f);
      requireAdjoint("arcCosineAdjoint", BARE, k, g, h);
      assertThat(h[0][0]).isEqualTo(g[0][0]);
      assertThat(h[0][1]).isEqualTo(sign > 0 ? g[0][1] : 0);
    }
  }

  @Test
  final void deadSamplesHaveNoSlope() {
    int n = 135;
    double[][] x = Inputs.rows(70, dtype(), n, 5);
    int[] dead = {0, 5, 128, n - 1};
    for (int i : dead) {
      Arrays.fill(x[i], 0);
    }
    double[][] k = rounded(NaiveGram.multiply(x, NaiveGram.transpose(x)));
    double[][] g = gradient(71, n);
    double[][] f = forward(LAYER, k);
    double[][] h = adjoint(LAYER, k, g);
    requireForward("arcCosine with dead samples", LAYER, k, f);
    requireAdjoint("arcCosineAdjoint with dead samples", LAYER, k, g, h);
    for (int i : dead) {
      for (int j = 0; j < n; j++) {
        assertThat(f[i][j]).isEqualTo(Inputs.round(dtype(), LAYER.biasVariance()));
        assertThat(h[i][j]).isEqualTo(i == j ? Inputs.round(dtype(), 1.7 * (g[i][i] / 2)) : 0.0);
      }
    }
  }

  /** Rows of very different size too, whose products alone are in range. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-30, 1e-9, 1e9, 1e30, 1e-250, 1e250})
  final void scaleDoesNotMatter(double size) {
    double factor = dtype() == DType.FLOAT32 ? Math.pow(size, 0.12) : size;
    double[][] k = scaled(factor, kernel(72, 33));
    double[][] mixed = NaiveGram.copy(k);
    for (int i = 0; i < 33; i++) {
      for (int j = 0; j < 33; j++) {
        mixed[i][j] = mixed[i][j] / (i % 3 == 0 ? factor : 1) / (j % 3 == 0 ? factor : 1);
      }
    }
    double[][] g = gradient(73, 33);
    for (double[][] some : new double[][][] {k, rounded(mixed)}) {
      requireForward("arcCosine at " + size, BARE, some, forward(BARE, some));
      requireAdjoint("adjoint at " + size, BARE, some, g, adjoint(BARE, some, g));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1e-3, Double.NaN, Double.POSITIVE_INFINITY})
  final void whatIsNoVarianceSpoilsItsRow(double variance) {
    double[][] k = kernel(74, 9);
    k[4][4] = variance;
    double[][] f = forward(LAYER, k);
    double[][] h = adjoint(LAYER, k, gradient(75, 9));
    for (int i = 0; i < 9; i++) {
      for (int j = 0; j < 9; j++) {
        boolean spoilt = i == 4 || j == 4;
        assertThat(Double.isNaN(f[i][j])).as("out %d %d", i, j).isEqualTo(spoilt);
        // The sums of all other rows have a term of row 4.
        assertThat(Double.isNaN(h[i][j])).as("adjoint %d %d", i, j).isEqualTo(spoilt || i == j);
      }
    }
  }

  /** The matrices fit into the last budget one at a time, or not even that. */
  @ParameterizedTest
  @CsvSource({"1,1024", "2,1024", "5,1024", "2,3", "3,2"})
  final void threadsAndMemoryDoNotChangeABit(int threads, long mebibytes) {
    int n = 600;
    double[][] k = kernel(76, n);
    double[][] g = gradient(77, n);
    double[][] f = forward(LAYER, k);
    double[][] h = adjoint(LAYER, k, g);
    LaminaConfig config =
        LaminaConfig.defaults().withCpuThreads(threads).withMemoryBudget(mebibytes << 20);
    try (Backend b = open(config);
        Placed pk = Placed.of(b, Placement.HOST, dtype(), k);
        Placed pg = Placed.of(b, Placement.HOST, dtype(), g);
        Placed out = Placed.poisoned(b, Placement.HOST, dtype(), n, n)) {
      b.budget().resetPeak();
      b.gram().arcCosineAdjoint(LAYER, pk.matrix(), pg.matrix());
      b.gram().arcCosine(LAYER, pk.matrix(), out.matrix());
      b.gram().arcCosine(LAYER, pk.matrix(), pk.matrix());
      Comparison.requireSame("arcCosineAdjoint", pg.read(), h);
      Comparison.requireSame("arcCosine", out.read(), f);
      Comparison.requireSame("arcCosine in place", pk.read(), f);
      assertThat(b.budget().peak()).as("peak").isLessThanOrEqualTo(b.budget().limit());
      assertThat(b.budget().available()).as("left").isEqualTo(b.budget().limit());
    }
  }

  @Test
  final void aBudgetTooSmallForTheSumsIsAnError() {
    double[][] k = kernel(78, 100);
    try (Backend b = open(LaminaConfig.defaults().withMemoryBudget(64));
        Placed pk = Placed.of(b, Placement.HOST, dtype(), k);
        Placed pg = Placed.of(b, Placement.HOST, dtype(), k)) {
      assertThatThrownBy(() -> b.gram().arcCosineAdjoint(LAYER, pk.matrix(), pg.matrix()))
          .isInstanceOf(MemoryBudgetException.class)
          .hasMessageStartingWith("arcCosineAdjoint");
      pk.requireUnchanged("k");
      pg.requireUnchanged("g");
    }
  }
}
