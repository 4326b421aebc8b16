package dev.lamina.analysis.alignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.network.BatchNorm;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkPlan;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.MemoryBudgetException;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TangentAlignmentTest {
  private static final AlignmentSettings EXACT = AlignmentSettings.EXACT;

  private static Backend open(LaminaConfig config) {
    return ContractBackends.open(BackendId.CPU, config);
  }

  private static Backend open() {
    return open(LaminaConfig.defaults());
  }

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** The network of G1, sizes 5-12-10-8-3. */
  private static Network formulaNetwork(Activation activation) {
    int[] sizes = {5, 12, 10, 8, 3};
    List<DenseLayer> layers = new ArrayList<>();
    for (int l = 1; l < sizes.length; l++) {
      double[][] w = new double[sizes[l]][sizes[l - 1]];
      double[][] b = new double[1][sizes[l]];
      for (int i = 0; i < sizes[l]; i++) {
        for (int j = 0; j < sizes[l - 1]; j++) {
          w[i][j] =
              Math.sin(1.1 * l + 7.3 * i + 12.9 * j + 0.37 * i * j) * Math.sqrt(2.0 / sizes[l - 1]);
        }
        b[0][i] = 0.1 * Math.cos(l + i);
      }
      layers.add(
          new DenseLayer(
              HostMatrix.of(w),
              Optional.of(HostMatrix.of(b)),
              Optional.empty(),
              l == sizes.length - 1 ? Activation.IDENTITY : activation,
              Residual.NONE));
    }
    return new Network(layers);
  }

  private static double[][] formulaInputs() {
    double[][] x = new double[6][5];
    for (int i = 0; i < 6; i++) {
      for (int j = 0; j < 5; j++) {
        x[i][j] = Math.cos(0.7 * i + 1.3 * j);
      }
    }
    return x;
  }

  private static double[] numbers(String text) {
    return Arrays.stream(text.strip().split(" ")).mapToDouble(Double::parseDouble).toArray();
  }

  @ParameterizedTest
  @CsvSource({
    "tanh, .036530228896 .036674832648 .036204214668 .036971742073 .040271285262,"
        + ".097816380502 .080835271698 .068451943814 .090561902980,"
        + ".582059201868 1.203608711658 1.827401844736 1.441254860821,"
        + "3.983407847793 8.204595800078 12.618709323419 9.745651543725",
    "relu, .249546960979 .202747966401 .120929962392 .151883580724 .186995863547,"
        + ".437490799236 .351275632444 .302583327876 .372037273080,"
        + "1.193611090009 1.894934962671 1.486738610548 .266991594919,"
        + "1.195778026433 2.336564696936 3.073553032558 .439467508020",
  })
  void formulaNetworkHasItsGoldenNumbers(
      String activation, String alignments, String traces, String numerators, String norms) {
    double[] a = numbers(alignments);
    try (Backend backend = open();
        Network network = formulaNetwork(Activation.parse(activation));
        HostMatrix x = HostMatrix.of(formulaInputs())) {
      AlignmentExamples examples = AlignmentExamples.ofClasses(x, new int[] {0, 1, 2, 0, 1, 2}, 3);
      AlignmentResult result = TangentAlignment.measure(backend, network, examples, EXACT);
      for (int l = 0; l < 4; l++) {
        LayerAlignment layer = result.layers().get(l);
        assertThat(layer.layer()).isEqualTo(l + 1);
        assertThat(layer.alignment()).isCloseTo(a[l], within(6e-13));
        assertThat(layer.traceAlignment()).isCloseTo(numbers(traces)[l], within(6e-13));
        assertThat(layer.numerator()).isCloseTo(numbers(numerators)[l], within(6e-12));
        assertThat(layer.kernelNorm()).isCloseTo(numbers(norms)[l], within(6e-12));
      }
      assertThat(result.wholeNetwork().alignment()).isCloseTo(a[4], within(6e-13));
    }
  }

  /** Holds the oracle itself to the golden entries of the kernels and outputs. */
  @ParameterizedTest
  @CsvSource({
    "tanh, .049400340766 .135626974517 -.121831840352, .043678620173, .348757783498, -.473136387029",
    "relu, -.292672801861 .190607018160 .145061920002, .000523353650, .101258325922, -.268854794974"
  })
  void oracleHasTheGoldenKernelEntries(
      String activation, String outputs, double first, double second, double third) {
    try (Network network = formulaNetwork(Activation.parse(activation))) {
      JacobianOracle oracle = new JacobianOracle(network, formulaInputs());
      assertThat(oracle.outputs(0)).containsExactly(numbers(outputs), within(6e-13));
      assertThat(oracle.kernel(0)[0][6 + 2]).isCloseTo(first, within(1e-9));
      assertThat(oracle.kernel(1)[1][2]).isCloseTo(second, within(1e-9));
      assertThat(oracle.kernel(2)[0][6 + 2]).isCloseTo(third, within(1e-9));
    }
  }

  private static HostMatrix inputs(long seed, DType dtype, int rows, int cols) {
    RandomGenerator random = random(seed);
    HostMatrix x = HostMatrix.allocate(dtype, rows, cols);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        x.set(i, j, random.nextGaussian() + 0.3);
      }
    }
    return x;
  }

  /** Gives a fresh normalisation the statistics of some training. */
  private static void unsettle(Network network, long seed) {
    RandomGenerator random = random(seed);
    for (var layer : network.layers()) {
      Optional<BatchNorm> norm = ((DenseLayer) layer).norm();
      if (norm.isPresent()) {
        for (long j = 0; j < norm.get().units(); j++) {
          norm.get().scale().set(0, j, 0.5 + random.nextDouble());
          norm.get().shift().set(0, j, 0.3 * random.nextGaussian());
          norm.get().mean().set(0, j, 0.3 * random.nextGaussian());
          norm.get().variance().set(0, j, 0.5 + random.nextDouble());
        }
      }
    }
  }

  private static Network draw(String form, DType dtype) {
    NetworkPlan plan =
        new NetworkPlan(
            List.of(4, 7, 7, 7, 3),
            List.of(Activation.parse(form.replaceFirst(" .*", ""))),
            new WeightInit.Ntk(1.7, form.contains("nobias") ? 0 : 0.2),
            !form.contains("nobias"),
            form.contains("norm"),
            residual(form));
    Network network = plan.draw(dtype, 5);
    unsettle(network, 6);
    return network;
  }

  private static Residual residual(String form) {
    if (form.contains("skip")) {
      return Residual.POST_ACTIVATION;
    }
    return form.contains("residual") ? Residual.PRE_ACTIVATION : Residual.NONE;
  }

  /** Every kind of layer against explicit Jacobians by central differences. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "relu",
        "tanh",
        "gelu nobias",
        "relu nobias",
        "erf norm",
        "relu norm",
        "softplus residual",
        "tanh residual norm",
        "relu residual nobias",
        "tanh skip",
        "gelu skip norm",
        "relu skip nobias"
      })
  void agreesWithExplicitJacobians(String form) {
    int[] labels = {0, 1, 2, 2, 1, 0, 1};
    try (Backend backend = open();
        Network network = draw(form, DType.FLOAT64);
        HostMatrix x = inputs(7, DType.FLOAT64, labels.length, 4)) {
      AlignmentSettings settings = new AlignmentSettings(EXACT.denominator(), 0, true, true, 1);
      AlignmentResult result =
          TangentAlignment.measure(
              backend, network, AlignmentExamples.ofClasses(x, labels, 3), settings);
      JacobianOracle oracle = new JacobianOracle(network, x.toArray());
      double[][] y = oneHot(labels, 3);
      double[][] sum = new double[3 * labels.length][3 * labels.length];
      for (int l = 0; l < network.depth(); l++) {
        double[][] kernel = oracle.kernel(l);
        requireClose(result.layers().get(l), JacobianOracle.numbers(kernel, y));
        requireParts(result.layers().get(l), oracle, l, y);
        for (int a = 0; a < sum.length; a++) {
          for (int b = 0; b < sum.length; b++) {
            sum[a][b] += kernel[a][b];
          }
        }
      }
      requireClose(result.wholeNetwork(), JacobianOracle.numbers(sum, y));
      assertThat(result.wholeNetwork().alignment())
          .isLessThanOrEqualTo(Math.sqrt(result.wholeNetwork().productRatio()));
    }
  }

  private static void requireClose(LayerAlignment got, JacobianOracle.Numbers want) {
    assertThat(got.alignment()).isCloseTo(want.alignment(), within(1e-8));
    assertThat(got.traceAlignment()).isCloseTo(want.traceAlignment(), within(1e-8));
    assertThat(got.numerator()).isCloseTo(want.numerator(), within(1e-7 * want.numerator()));
    assertThat(got.kernelNorm()).isCloseTo(want.norm(), within(1e-7 * want.norm()));
    assertThat(got.kernelTrace()).isCloseTo(want.trace(), within(1e-7 * want.trace()));
    assertThat(got.productRatio()).isCloseTo(want.productRatio(), within(1e-8));
    assertThat(got.kernelNormError()).isZero();
  }

  private static void requireParts(
      LayerAlignment got, JacobianOracle oracle, int layer, double[][] y) {
    double[][] jacobian = oracle.jacobian(layer);
    int weights = oracle.weights(layer);
    int all = jacobian[0].length;
    assertThat(got.biasAlignment().isPresent()).isEqualTo(all > weights);
    JacobianOracle.Numbers w =
        JacobianOracle.numbers(JacobianOracle.kernel(jacobian, 0, weights), y);
    assertThat(got.weightNumerator()).isCloseTo(w.numerator(), within(1e-7 * w.numerator()));
    if (all > weights) {
      JacobianOracle.Numbers b =
          JacobianOracle.numbers(JacobianOracle.kernel(jacobian, weights, all), y);
      assertThat(got.weightAlignment().getAsDouble()).isCloseTo(w.alignment(), within(1e-8));
      if (layer == oracle.depth() - 1) {
        // The gradient by the last biases is the same for all examples.
        assertThat(got.biasAlignment().getAsDouble()).isNaN();
      } else {
        assertThat(got.biasAlignment().getAsDouble()).isCloseTo(b.alignment(), within(1e-8));
      }
      assertThat(got.biasNumerator()).isCloseTo(b.numerator(), within(1e-7 * got.numerator()));
    }
  }

  private static double[][] oneHot(int[] labels, int classes) {
    double[][] y = new double[labels.length][classes];
    for (int i = 0; i < labels.length; i++) {
      y[i][labels[i]] = 1;
    }
    return y;
  }

  /** Kernels whose effective rank is known: of one direction, and of the identity. */
  @Test
  void effectiveRankCountsDirections() {
    int n = 8;
    double[][] identity = new double[n][n];
    for (int i = 0; i < n; i++) {
      identity[i][i] = 1;
    }
    AlignmentSettings settings = new AlignmentSettings(EXACT.denominator(), 0, false, true, 1);
    try (Backend backend = open();
        Network network = linear(new double[2][n]);
        HostMatrix x = HostMatrix.of(identity)) {
      AlignmentExamples examples =
          AlignmentExamples.ofClasses(x, new int[] {0, 1, 0, 1, 0, 1, 0, 1}, 2);
      LayerAlignment all =
          TangentAlignment.measure(backend, network, examples, settings).layers().getFirst();
      // The centred identity has N − 1 directions for each output.
      assertThat(all.effectiveRank().getAsDouble()).isCloseTo(2.0 * (n - 1), within(1e-9));
      assertThat(all.alignment()).isCloseTo(1 / Math.sqrt(2.0 * (n - 1)), within(1e-13));
    }
    double[][] line = new double[n][1];
    for (int i = 0; i < n; i++) {
      line[i][0] = i % 2;
    }
    try (Backend backend = open();
        Network network = linear(new double[2][1]);
        HostMatrix x = HostMatrix.of(line)) {
      AlignmentExamples examples =
          AlignmentExamples.ofClasses(x, new int[] {0, 1, 0, 1, 0, 1, 0, 1}, 2);
      AlignmentResult result = TangentAlignment.measure(backend, network, examples, settings);
      LayerAlignment all = result.layers().getFirst();
      assertThat(all.effectiveRank().getAsDouble()).isCloseTo(2, within(1e-9));
      // Inputs that are the labels: the last layer reaches its ceiling, the trace variant 1.
      assertThat(all.alignment()).isCloseTo(result.levels().lastLayer(), within(1e-13));
      assertThat(all.traceAlignment()).isCloseTo(1, within(1e-13));
    }
  }

  private static Network linear(double[][] weights) {
    return new Network(
        List.of(
            new DenseLayer(
                HostMatrix.of(weights),
                Optional.empty(),
                Optional.empty(),
                Activation.IDENTITY,
                Residual.NONE)));
  }

  @ParameterizedTest
  @CsvSource({"10, .1054092553", "3, .4082482905", "2, .7071067812"})
  void levelsHaveTheirGoldenNumbers(int classes, double ceiling) {
    int[] labels = new int[20 * classes];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % classes;
    }
    try (HostMatrix x = inputs(1, DType.FLOAT64, labels.length, 2)) {
      AlignmentLevels levels = AlignmentLevels.of(AlignmentExamples.ofClasses(x, labels, classes));
      assertThat(levels.lastLayer()).isCloseTo(ceiling, within(6e-11));
      if (classes == 10) {
        assertThat(levels.identity()).isCloseTo(.0224167920, within(6e-11));
      }
    }
  }

  /** A wide network in float32 files gives what its numbers give in float64. */
  @ParameterizedTest
  @EnumSource
  void everythingIsComputedInFloat64(DType dtype) {
    int[] labels = labels(40, 3);
    try (Backend backend = open();
        Network network = draw("relu", dtype);
        Network wide = network.copy(DType.FLOAT64);
        HostMatrix x = inputs(8, dtype, 40, 4);
        HostMatrix wideX = x.copy(DType.FLOAT64)) {
      AlignmentResult got =
          TangentAlignment.measure(
              backend, network, AlignmentExamples.ofClasses(x, labels, 3), EXACT);
      AlignmentResult want =
          TangentAlignment.measure(
              backend, wide, AlignmentExamples.ofClasses(wideX, labels, 3), EXACT);
      assertThat(got).isEqualTo(want);
    }
  }

  private static int[] labels(int n, int classes) {
    RandomGenerator random = random(9);
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = i < classes ? i : random.nextInt(classes);
    }
    return labels;
  }

  @Test
  void probesEstimateTheNormWithinTheirError() {
    int[] labels = labels(60, 3);
    try (Backend backend = open();
        Network network = draw("tanh", DType.FLOAT64);
        HostMatrix x = inputs(10, DType.FLOAT64, 60, 4)) {
      AlignmentExamples examples = AlignmentExamples.ofClasses(x, labels, 3);
      AlignmentResult exact = TangentAlignment.measure(backend, network, examples, EXACT);
      AlignmentSettings probes =
          new AlignmentSettings(new Denominator.Probes(400), 0, false, false, 3);
      AlignmentResult estimate = TangentAlignment.measure(backend, network, examples, probes);
      for (int l = 0; l <= network.depth(); l++) {
        LayerAlignment want = l == 0 ? exact.wholeNetwork() : exact.layers().get(l - 1);
        LayerAlignment got = l == 0 ? estimate.wholeNetwork() : estimate.layers().get(l - 1);
        double error = got.kernelNormError();
        assertThat(error).isBetween(0.001, 0.1);
        assertThat(got.kernelNorm() / want.kernelNorm()).isCloseTo(1, within(4 * error));
        assertThat(got.numerator()).isEqualTo(want.numerator());
        assertThat(got.alignment() * got.kernelNorm())
            .isCloseTo(want.alignment() * want.kernelNorm(), within(1e-12 * want.kernelNorm()));
        assertThat(got.traceAlignment()).isCloseTo(want.traceAlignment(), within(1e-13));
      }
    }
  }

  /** Numerators of permuted labels against the same measurement with labels that are permuted. */
  @Test
  void permutedLabelsGiveTheNullLevel() {
    int[] labels = labels(60, 3);
    try (Backend backend = open();
        Network network = draw("relu", DType.FLOAT64);
        HostMatrix x = inputs(11, DType.FLOAT64, 60, 4)) {
      AlignmentExamples examples = AlignmentExamples.ofClasses(x, labels, 3);
      AlignmentResult result =
          TangentAlignment.measure(backend, network, examples, EXACT.withPermutations(200));
      AlignmentResult plain = TangentAlignment.measure(backend, network, examples, EXACT);
      RandomGenerator random = random(12);
      double sum = 0;
      for (int k = 0; k < 200; k++) {
        int[] shuffled = labels.clone();
        for (int i = shuffled.length - 1; i > 0; i--) {
          int j = random.nextInt(i + 1);
          int kept = shuffled[i];
          shuffled[i] = shuffled[j];
          shuffled[j] = kept;
        }
        AlignmentExamples other = AlignmentExamples.ofClasses(x, shuffled, 3);
        sum += TangentAlignment.measure(backend, network, other, EXACT).layers().get(1).alignment();
      }
      LayerAlignment second = result.layers().get(1);
      assertThat(second.permutedMean()).isCloseTo(sum / 200, within(0.1 * sum / 200));
      assertThat(second.permutedLargest()).isGreaterThan(second.permutedMean());
      assertThat(second.alignment()).isEqualTo(plain.layers().get(1).alignment());
      assertThat(plain.layers().get(1).permutedMean()).isNaN();
    }
  }

  /** Layers one at a time give the same numbers; what does not fit then is NaN. */
  @Test
  void aSmallBudgetStreamsLayers() {
    int[] labels = labels(60, 3);
    LaminaConfig small = LaminaConfig.defaults().withMemoryBudget(200_000);
    try (Backend roomy = open();
        Backend tight = open(small);
        Network network = draw("relu", DType.FLOAT64);
        HostMatrix x = inputs(13, DType.FLOAT64, 60, 4)) {
      AlignmentExamples examples = AlignmentExamples.ofClasses(x, labels, 3);
      AlignmentResult want = TangentAlignment.measure(roomy, network, examples, EXACT);
      AlignmentResult got = TangentAlignment.measure(tight, network, examples, EXACT);
      assertThat(got.layers()).isEqualTo(want.layers());
      assertThat(want.wholeNetwork().alignment()).isPositive();
      assertThat(got.wholeNetwork().alignment()).isNaN();
      assertThat(got.wholeNetwork().kernelNorm()).isNaN();
      assertThat(got.wholeNetwork().isDead()).isFalse();
      assertThat(got.wholeNetwork().traceAlignment())
          .isEqualTo(want.wholeNetwork().traceAlignment());
      assertThat(tight.budget().peak()).isLessThanOrEqualTo(200_000);
      assertThat(tight.budget().available()).isEqualTo(200_000);
    }
    try (Backend tiny = open(LaminaConfig.defaults().withMemoryBudget(10_000));
        Network network = draw("relu", DType.FLOAT64);
        HostMatrix x = inputs(13, DType.FLOAT64, 60, 4)) {
      AlignmentExamples examples = AlignmentExamples.ofClasses(x, labels, 3);
      assertThatThrownBy(() -> TangentAlignment.measure(tiny, network, examples, EXACT))
          .isInstanceOf(MemoryBudgetException.class)
          .hasMessageStartingWith("alignment: gradients of all outputs");
      assertThat(tiny.budget().available()).isEqualTo(10_000);
    }
  }

  @Test
  void threadsDoNotChangeABit() {
    int[] labels = labels(70, 3);
    List<AlignmentResult> results = new ArrayList<>();
    for (int threads : new int[] {1, 3}) {
      try (Backend backend = open(LaminaConfig.defaults().withCpuThreads(threads));
          Network network = draw("relu", DType.FLOAT32);
          HostMatrix x = inputs(14, DType.FLOAT32, 70, 4)) {
        results.add(
            TangentAlignment.measure(
                backend,
                network,
                AlignmentExamples.ofClasses(x, labels, 3),
                EXACT.withPermutations(2)));
      }
    }
    assertThat(results.get(1)).isEqualTo(results.get(0));
  }

  /** A layer that no gradient reaches, and examples that cannot be told apart. */
  @Test
  void deadLayersAreReported() {
    try (Backend backend = open();
        Network network = draw("relu", DType.FLOAT64);
        HostMatrix x = inputs(15, DType.FLOAT64, 12, 4)) {
      DenseLayer second = (DenseLayer) network.layers().get(1);
      second.bias().orElseThrow().fill(-1000);
      AlignmentResult result =
          TangentAlignment.measure(
              backend, network, AlignmentExamples.ofClasses(x, labels(12, 3), 3), EXACT);
      for (LayerAlignment layer : result.layers()) {
        assertThat(layer.isDead()).isTrue();
        assertThat(layer.alignment()).isNaN();
        assertThat(layer.traceAlignment()).isNaN();
      }
      assertThat(result.peak().layer()).isZero();
      assertThat(result.peak().interpolated()).isNaN();
    }
    try (Backend backend = open();
        Network network = draw("tanh", DType.FLOAT64);
        HostMatrix same = HostMatrix.allocate(DType.FLOAT64, 12, 4)) {
      same.fill(0.37);
      AlignmentResult result =
          TangentAlignment.measure(
              backend, network, AlignmentExamples.ofClasses(same, labels(12, 3), 3), EXACT);
      assertThat(result.layers()).allMatch(LayerAlignment::isDead);
      assertThat(result.wholeNetwork().isDead()).isTrue();
    }
  }

  @Test
  void targetsMayBeOneHotRowsOrNumbers() {
    int[] labels = labels(30, 3);
    try (Backend backend = open();
        Network network = draw("relu", DType.FLOAT64);
        HostMatrix x = inputs(16, DType.FLOAT64, 30, 4);
        HostMatrix oneHot = HostMatrix.of(oneHot(labels, 3));
        HostMatrix numbers = inputs(17, DType.FLOAT64, 30, 3)) {
      AlignmentResult classes =
          TangentAlignment.measure(
              backend, network, AlignmentExamples.ofClasses(x, labels, 3), EXACT);
      AlignmentResult rows =
          TangentAlignment.measure(backend, network, AlignmentExamples.ofTargets(x, oneHot), EXACT);
      assertThat(rows).isEqualTo(classes);
      AlignmentResult free =
          TangentAlignment.measure(
              backend, network, AlignmentExamples.ofTargets(x, numbers), EXACT);
      JacobianOracle oracle = new JacobianOracle(network, x.toArray());
      JacobianOracle.Numbers want = JacobianOracle.numbers(oracle.kernel(2), numbers.toArray());
      assertThat(free.layers().get(2).alignment()).isCloseTo(want.alignment(), within(1e-8));
    }
  }

  @Test
  void badExamplesAreNamed() {
    try (Backend backend = open();
        Network network = draw("relu", DType.FLOAT64);
        HostMatrix x = inputs(18, DType.FLOAT64, 6, 4);
        HostMatrix wide = inputs(18, DType.FLOAT64, 6, 5);
        HostMatrix constant = HostMatrix.allocate(DType.FLOAT64, 6, 3)) {
      constant.fill(0.1);
      assertThatThrownBy(() -> AlignmentExamples.ofClasses(x.rows(0, 1), new int[] {1}, 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("alignment: there must be at least 2 examples but there is 1");
      assertThatThrownBy(() -> AlignmentExamples.ofClasses(x, new int[] {2, 2, 2, 2, 2, 2}, 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "alignment: there must be examples of at least 2 classes but all 6 are of class 2");
      assertThatThrownBy(() -> AlignmentExamples.ofClasses(x, new int[] {0, 1, 2, 3, 0, 1}, 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "alignment: labels must be 0 to 2, for the network has 3 outputs, but row 3 has 3");
      assertThatThrownBy(() -> AlignmentExamples.ofClasses(x, new int[] {0, 1}, 3))
          .isInstanceOf(ShapeException.class)
          .hasMessage(
              "alignment: x and y must have equally many rows but x is 6×4 float64 and y has 2 labels");
      assertThatThrownBy(() -> AlignmentExamples.ofTargets(x, constant))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "alignment: the targets of all 6 examples are the same, so there is nothing to align with");
      AlignmentExamples other = AlignmentExamples.ofClasses(wide, labels(6, 3), 3);
      assertThatThrownBy(() -> TangentAlignment.measure(backend, network, other, EXACT))
          .isInstanceOf(ShapeException.class)
          .hasMessage(
              "alignment: the network has 4 inputs and 3 outputs but x is 6×5 float64 and y has 3 columns");
      x.set(4, 2, Double.NaN);
      assertThatThrownBy(() -> AlignmentExamples.ofClasses(x, labels(6, 3), 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "alignment: numbers must be finite but row 4, column 2 (counted from 0) of x is NaN");
    }
  }

  @Test
  void missingClassesAreListed() {
    try (Backend backend = open();
        Network network = draw("relu", DType.FLOAT64);
        HostMatrix x = inputs(19, DType.FLOAT64, 6, 4)) {
      AlignmentResult result =
          TangentAlignment.measure(
              backend,
              network,
              AlignmentExamples.ofClasses(x, new int[] {0, 2, 0, 2, 0, 2}, 3),
              EXACT);
      assertThat(result.missingClasses()).containsExactly(1);
      assertThat(result.layers()).allMatch(layer -> layer.alignment() > 0);
    }
  }

  @Test
  void peaksAreInterpolated() {
    Peak inner = Peak.of(List.of(0.1, 0.4, 0.5, 0.2), 0.1);
    assertThat(inner.layer()).isEqualTo(3);
    // Parabola through (2, 0.4), (3, 0.5), (4, 0.2).
    assertThat(inner.interpolated()).isCloseTo(2.75, within(1e-12));
    assertThat(inner.centreOfMass()).isCloseTo((2 * 0.3 + 3 * 0.4 + 4 * 0.1) / 0.8, within(1e-12));
    assertThat(Peak.of(List.of(0.5, 0.4), 0).interpolated()).isEqualTo(1);
    assertThat(Peak.of(List.of(0.4, 0.5), 0).interpolated()).isEqualTo(2);
    assertThat(Peak.of(List.of(Double.NaN, 0.5, 0.4), 0).interpolated()).isEqualTo(2);
    assertThat(Peak.of(List.of(Double.NaN), 0).layer()).isZero();
  }

  /** The cosine of the digits after one mean and deviation, at the depths of the table. */
  @Test
  void predictsTheEquilibriumLayer() {
    try (HostMatrix x = HostMatrix.of(new double[][] {{1, 0}, {0.5, Math.sqrt(0.75)}});
        Network relu = plain(Activation.RELU, 20);
        Network tanh = plain(Activation.Smooth.TANH, 10);
        Network norm = draw("relu norm", DType.FLOAT64);
        Network flat = linear(new double[2][2])) {
      EquilibriumPrediction p = EquilibriumPrediction.of(relu, x);
      assertThat(p.meanInputCosine()).isCloseTo(0.5, within(1e-15));
      assertThat(p.layer().getAsDouble()).isCloseTo(7.3058446702, within(6e-11));
      assertThat(p.powerLaw().getAsDouble()).isCloseTo(2.136 * Math.pow(20, 0.6), within(0.01));
      assertThat(EquilibriumPrediction.of(tanh, x).layer()).isPresent();
      assertThat(EquilibriumPrediction.of(norm, x).layer()).isEmpty();
      assertThat(EquilibriumPrediction.of(norm, x).note()).contains("batch normalisation");
      assertThat(EquilibriumPrediction.of(flat, x).note()).contains("hidden");
    }
  }

  private static Network plain(Activation activation, int depth) {
    List<Integer> widths = new ArrayList<>(List.of(2));
    for (int l = 1; l < depth; l++) {
      widths.add(8);
    }
    widths.add(2);
    return new NetworkPlan(
            widths, List.of(activation), new WeightInit.He(), true, false, Residual.NONE)
        .draw(DType.FLOAT64, 1);
  }
}
