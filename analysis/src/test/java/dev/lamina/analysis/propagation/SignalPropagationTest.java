package dev.lamina.analysis.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Activation;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalPropagationTest {
  private static final WideNetwork RELU = WideNetwork.critical(Activation.RELU);
  private static final WideNetwork RESIDUAL = WideNetwork.residual(Activation.RELU, 0.5);
  private static final WideNetwork TANH = WideNetwork.critical(Activation.parse("tanh"));

  /** Golden numbers are given to 12 decimals, those of tanh to 10, and 8 for its layer. */
  private static final Offset<Double> TWELVE = within(6e-13);

  private static final Offset<Double> TEN = within(6e-11);

  private static WideNetwork network(String name) {
    return switch (name) {
      case "relu" -> RELU;
      case "residual" -> RESIDUAL;
      default -> WideNetwork.critical(Activation.parse(name));
    };
  }

  private static PropagatedLayer layer(Propagation p, int layer) {
    PropagatedLayer found = p.layers().get(layer - 1);
    assertThat(found.layer()).isEqualTo(layer);
    return found;
  }

  @Test
  void reluGolden() {
    Propagation p = SignalPropagation.of(RELU, 0.2, 16).propagation();
    assertThat(p.layers()).hasSize(16);
    assertThat(layer(p, 1).cosine()).isEqualTo(0.2);
    assertThat(layer(p, 2).cosine()).isCloseTo(.424697563863, TWELVE);
    assertThat(layer(p, 8).cosine()).isCloseTo(.823609777623, TWELVE);
    assertThat(layer(p, 16).cosine()).isCloseTo(.926634349435, TWELVE);
    assertThat(layer(p, 1).gradientCorrelation()).isCloseTo(.021345665629, TWELVE);
    assertThat(layer(p, 2).gradientCorrelation()).isCloseTo(.037840603558, TWELVE);
    assertThat(layer(p, 8).gradientCorrelation()).isCloseTo(.256129575475, TWELVE);
    assertThat(layer(p, 16).gradientCorrelation()).isEqualTo(1);
  }

  @Test
  void residualGolden() {
    Propagation p = SignalPropagation.of(RESIDUAL, 0.2, 16).propagation();
    assertThat(layer(p, 16).cosine()).isCloseTo(.731884145722, TWELVE);
    assertThat(layer(p, 1).gradientCorrelation()).isCloseTo(.181197689396, TWELVE);
  }

  @Test
  void tanhGolden() {
    assertThat(TANH.biasVariance()).isEqualTo(0.05);
    assertThat(TANH.weightVariance()).isCloseTo(1.7609546396, TEN);
    assertThat(TANH.variance()).isCloseTo(.5700478816, TEN);
    assertThat(TANH.gradientGrowth()).isCloseTo(1, within(1e-15));
    Propagation p = SignalPropagation.of(TANH, 0.2, 16).propagation();
    assertThat(layer(p, 2).cosine()).isCloseTo(.2628655062, TEN);
    assertThat(layer(p, 16).cosine()).isCloseTo(.6773789043, TEN);
    assertThat(layer(p, 1).gradientCorrelation()).isCloseTo(.2099607163, TEN);
    assertThat(layer(p, 8).gradientCorrelation()).isCloseTo(.4810679081, TEN);
  }

  @ParameterizedTest
  @CsvSource({
    "relu, 0, 10, 5.2106211954",
    "relu, 0, 20, 8.7069525767",
    "relu, 0, 50, 16.9002448071",
    "relu, 0, 100, 27.4667856713",
    "relu, .2, 10, 4.8728955012",
    "relu, .2, 20, 8.3360786866",
    "relu, .2, 50, 16.4898483345",
    "relu, .2, 100, 27.0215762771",
    "relu, .5, 10, 3.9318379837",
    "relu, .5, 20, 7.3058446702",
    "relu, .5, 50, 15.3455082674",
    "relu, .5, 100, 25.8051635925",
    "relu, .9, 50, 7.4733603214",
    "relu, .9, 100, 17.4721575561",
    "residual, .2, 10, 4.9453095346",
    "residual, .2, 50, 21.1076169054",
    "residual, .2, 100, 36.7139512891",
  })
  void equilibriumLayerGolden(String name, double cosine, int depth, double expected) {
    SignalPropagation p = SignalPropagation.of(network(name), cosine, depth);
    assertThat(p.equilibriumLayer(depth).orElseThrow()).isCloseTo(expected, within(6e-11));
  }

  @ParameterizedTest
  @CsvSource({"10, 5.03498899", "50, 21.91589983", "100, 37.48042292"})
  void equilibriumLayerOfTanhGolden(int depth, double expected) {
    SignalPropagation p = SignalPropagation.of(TANH, 0.2, depth);
    assertThat(p.equilibriumLayer(depth).orElseThrow()).isCloseTo(expected, within(6e-9));
  }

  /** The table of published depths, from one recursion for all of them. */
  @ParameterizedTest
  @CsvSource({
    "relu, 0, 3.11 5.21 8.71 16.90 27.47 125.4 2121.2",
    "relu, .2, 2.82 4.87 8.34 16.49 27.02 124.9 2120.6",
    "relu, .5, 1.96 3.93 7.31 15.35 25.81 123.5 2119.2",
    "relu, .9, 1 1 1 7.47 17.47 114.1 2109.1",
    "residual, .2, 2.40 4.95 9.54 21.11 36.71 187.2 3285.1",
    "tanh, .2, 2.31 5.03 9.95 21.92 37.48",
  })
  void equilibriumLayerTable(String name, double cosine, String row) {
    int[] depths = {5, 10, 20, 50, 100, 1000, 100_000};
    List<String> cells = List.of(row.split(" "));
    SignalPropagation p = SignalPropagation.of(network(name), cosine, depths[cells.size() - 1]);
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      int decimals = cell.contains(".") ? cell.length() - cell.indexOf('.') - 1 : 2;
      assertThat(p.equilibriumLayer(depths[i]).orElseThrow())
          .as("depth %d", depths[i])
          .isCloseTo(Double.parseDouble(cell), within(0.51 * Math.pow(10, -decimals)));
    }
  }

  /** The published recursion of the cosine, in its own words. */
  @Test
  void agreesWithThePublishedCosineRecursionWhileThatHasDigits() {
    double c = 0.2;
    double product = 1;
    Propagation p = SignalPropagation.of(RELU, c, 200).propagation();
    for (int l = 1; l < 200; l++) {
      assertThat(layer(p, l).cosine()).as("layer %d", l).isCloseTo(c, within(1e-13));
      double ratio = layer(p, l).gradientCorrelation() / layer(p, l + 1).gradientCorrelation();
      assertThat(ratio).isCloseTo(1 - Math.acos(c) / Math.PI, within(1e-12));
      product *= 1 - Math.acos(c) / Math.PI;
      c = (Math.sqrt(1 - c * c) + c * (Math.PI - Math.acos(c))) / Math.PI;
    }
    assertThat(layer(p, 1).gradientCorrelation() / product).isCloseTo(1, within(1e-12));
  }

  /** Started where 1 − c is 1e-14, the published form is off by permilles and this is not. */
  @Test
  void nearlyParallelInputsKeepTheirDigits() {
    double cosine = 1 - 0x1p-46;
    double published = cosine;
    Propagation p = SignalPropagation.of(RELU, cosine, 1000).propagation();
    for (int l = 1; l < 1000; l++) {
      published =
          (Math.sqrt(1 - published * published)
                  + published * (Math.PI - Math.acos(Math.min(1, published))))
              / Math.PI;
    }
    double s = layer(p, 1000).complement();
    // θ' = θ − θ²/3π + …: 1/θ grows by 1/3π per layer up to terms of relative size θ
    double theta = 1 / (1 / Math.sqrt(0x1p-45) + 999 / (3 * Math.PI));
    assertThat(Math.sqrt(2 * s) / theta).isCloseTo(1, within(1e-8));
    assertThat(Math.abs((1 - published) / s - 1)).isGreaterThan(1e-3);
  }

  @Test
  void powerLawsAreTheLimits() {
    PowerLaw relu = PowerLaw.of(RELU).orElseThrow();
    assertThat(relu.equilibriumExponent()).isEqualTo(0.6);
    assertThat(relu.coefficient()).isCloseTo(9 * Math.PI * Math.PI / 2, within(1e-12));
    assertThat(relu.equilibriumLayer(1)).isCloseTo(2.136, within(5e-4));
    double[] published = {5.6, 8.5, 12.9, 22.3, 33.8, 134.7, 2135.5};
    int[] depths = {5, 10, 20, 50, 100, 1000, 100_000};
    for (int i = 0; i < depths.length; i++) {
      assertThat(relu.equilibriumLayer(depths[i])).isCloseTo(published[i], within(0.051));
    }
    PowerLaw residual = PowerLaw.of(RESIDUAL).orElseThrow();
    assertThat(residual.equilibriumLayer(1) / relu.equilibriumLayer(1))
        .isCloseTo(Math.pow(3, 0.4), within(1e-14));
    PowerLaw tanh = PowerLaw.of(TANH).orElseThrow();
    assertThat(2 / tanh.coefficient()).isCloseTo(.3240899560, TEN);
    assertThat(tanh.equilibriumExponent()).isCloseTo(2 / 3.0, within(1e-15));
    for (WideNetwork network : List.of(RELU, RESIDUAL, TANH)) {
      PowerLaw law = PowerLaw.of(network).orElseThrow();
      int depth = 200_000;
      SignalPropagation p = SignalPropagation.of(network, 0.2, depth);
      Propagation all = p.propagation();
      PropagatedLayer middle = layer(all, depth / 2);
      assertThat(middle.complement() / law.complement(depth / 2.0)).isCloseTo(1, within(1e-3));
      assertThat(middle.gradientCorrelation() / law.gradientCorrelation(depth / 2.0, depth))
          .isCloseTo(1, within(1e-3));
      assertThat(p.equilibriumLayer(depth).orElseThrow() / law.equilibriumLayer(depth))
          .isCloseTo(1, within(0.03));
    }
    assertThat(PowerLaw.of(WideNetwork.critical(Activation.IDENTITY))).isEmpty();
    assertThat(PowerLaw.of(WideNetwork.stationary(Activation.parse("tanh"), 1.2, 0.05))).isEmpty();
  }

  /** Spec: the log-log slope of the relu layer over practical depths is above 3/5. */
  @ParameterizedTest
  @CsvSource({"0, .72", "0.2, .74", "0.5, .81"})
  void slopesOverPracticalDepths(double cosine, double slope) {
    SignalPropagation p = SignalPropagation.of(RELU, cosine, 100);
    double rise = p.equilibriumLayer(100).orElseThrow() / p.equilibriumLayer(10).orElseThrow();
    assertThat(Math.log10(rise)).isCloseTo(slope, within(0.01));
  }

  @Test
  void theWeightVarianceOfAHomogeneousActivationDoesNotMatterWithoutBias() {
    Propagation critical = SignalPropagation.of(RELU, -0.3, 3000).propagation();
    for (double w : new double[] {0.01, 1, 50}) {
      WideNetwork other = WideNetwork.stationary(Activation.RELU, w, 0);
      assertThat(SignalPropagation.of(other, -0.3, 3000).propagation().layers())
          .isEqualTo(critical.layers());
      assertThat(other.gradientGrowth()).isCloseTo(w / 2, within(1e-15));
    }
  }

  @Test
  void offTheEdgeTheCorrelationTendsToItsFixedPointGeometrically() {
    // Ordered: the complement shrinks by f'(1) per layer. Chaotic: c tends to c* < 1.
    WideNetwork ordered = WideNetwork.stationary(Activation.parse("tanh"), 1.2, 0.05);
    assertThat(ordered.gradientGrowth()).isLessThan(1);
    Propagation p = SignalPropagation.of(ordered, 0.5, 200).propagation();
    assertThat(layer(p, 200).complement() / layer(p, 199).complement())
        .isCloseTo(ordered.gradientGrowth(), within(1e-10));
    WideNetwork chaotic = WideNetwork.stationary(Activation.parse("tanh"), 4, 0.05);
    assertThat(chaotic.gradientGrowth()).isGreaterThan(1);
    double fromBelow = layer(SignalPropagation.of(chaotic, 0, 300).propagation(), 300).cosine();
    double fromAbove = layer(SignalPropagation.of(chaotic, 0.999, 300).propagation(), 300).cosine();
    assertThat(fromBelow).isCloseTo(fromAbove, within(1e-10)).isBetween(0.01, 0.9);
    // with a bias relu has a fixed point of the variance below the edge
    WideNetwork biased = WideNetwork.stationary(Activation.RELU, 1, 0.3);
    assertThat(biased.variance()).isCloseTo(0.6, within(1e-15));
    assertThat(layer(SignalPropagation.of(biased, 0, 100).propagation(), 100).complement())
        .isLessThan(1e-10);
  }

  @Test
  void theVarianceMayChangeFromLayerToLayer() {
    // relu at the edge with bias: q grows by b per layer, and so do the shares
    WideNetwork growing = new WideNetwork(Activation.RELU, 2, 0.5, false, 1);
    Propagation p = SignalPropagation.of(growing, 0, 3).propagation();
    double first = (1 / Math.PI + 0.5) / 1.5;
    assertThat(layer(p, 2).cosine()).isCloseTo(first, within(1e-15));
    double angle = Math.acos(first);
    double second = (1.5 * (Math.sin(angle) + (Math.PI - angle) * first) / Math.PI + 0.5) / 2;
    assertThat(layer(p, 3).cosine()).isCloseTo(second, within(1e-15));
    // a stationary start and the same network started elsewhere meet
    WideNetwork away = new WideNetwork(TANH.activation(), TANH.weightVariance(), 0.05, false, 3);
    double late = layer(SignalPropagation.of(away, 0.2, 400).propagation(), 400).complement();
    double still = layer(SignalPropagation.of(TANH, 0.2, 400).propagation(), 400).complement();
    assertThat(late / still).isCloseTo(1, within(0.1));
    // residual tanh: z' = z + W tanh z grows linearly
    Propagation grown =
        SignalPropagation.of(new WideNetwork(TANH.activation(), 1, 0, true, 1), 0.2, 8)
            .propagation();
    // all Hermite terms of tanh are odd, so each layer adds less covariance than variance
    assertThat(layer(grown, 8).cosine()).isBetween(0.1, 0.2);
  }

  @Test
  void equilibriumOfUnusualNetworks() {
    assertThat(SignalPropagation.of(RELU, 0.5, 1).equilibriumLayer(1)).hasValue(1);
    assertThat(SignalPropagation.of(RELU, 0, 1).equilibriumLayer(1)).hasValue(1);
    assertThat(SignalPropagation.of(RELU, -0.5, 1).equilibriumLayer(1)).isEmpty();
    assertThat(SignalPropagation.of(RELU, 1, 5).equilibriumLayer(5)).hasValue(1);
    // opposite inputs: 1 − c is 2, 1 and the gradients of the first layer are unrelated
    Propagation opposite = SignalPropagation.of(RELU, -1, 3).propagation();
    assertThat(layer(opposite, 1).gradientCorrelation()).isZero();
    assertThat(layer(opposite, 2).complement()).isEqualTo(1);
    assertThat(opposite.equilibriumLayer().orElseThrow()).isBetween(2.0, 3.0);
    assertThat(SignalPropagation.of(RELU, -1, 2).equilibriumLayer(2)).hasValue(2);
    WideNetwork identity = WideNetwork.critical(Activation.IDENTITY);
    assertThat(SignalPropagation.of(identity, -0.1, 9).equilibriumLayer(9)).isEmpty();
    // abs: gradients of obtuse pairs are opposed in the first layer
    Propagation abs =
        SignalPropagation.of(WideNetwork.critical(Activation.ABS), -0.9, 10).propagation();
    assertThat(layer(abs, 1).gradientCorrelation()).isNegative();
    assertThat(layer(abs, 2).gradientCorrelation()).isPositive();
    assertThat(abs.equilibriumLayer().orElseThrow()).isGreaterThan(1);
  }

  @Property(tries = 300)
  void correlationsStayInTheirRanges(
      @ForAll @DoubleRange(min = -1, max = 1) double cosine,
      @ForAll @IntRange(min = 1, max = 300) int depth,
      @ForAll @DoubleRange(min = -4, max = 4) double slope) {
    WideNetwork network = WideNetwork.critical(new Activation.PiecewiseLinear(slope));
    SignalPropagation recursion = SignalPropagation.of(network, cosine, depth);
    Propagation p = recursion.propagation();
    for (PropagatedLayer layer : p.layers()) {
      assertThat(layer.complement()).isBetween(0.0, 2.0);
      assertThat(layer.gradientCorrelation()).isBetween(-1.0, 1.0);
    }
    assertThat(layer(p, depth).gradientCorrelation()).isEqualTo(1);
    p.equilibriumLayer().ifPresent(l -> assertThat(l).isBetween(1.0, (double) depth));
    int shallower = (depth + 1) / 2;
    assertThat(recursion.at(shallower))
        .isEqualTo(SignalPropagation.of(network, cosine, shallower).propagation());
  }

  @ParameterizedTest
  @ValueSource(strings = {"erf", "gelu", "sin", "cos", "silu", "exp"})
  void edgesOfChaosSolveTheirEquations(String text) {
    WideNetwork network = WideNetwork.critical(Activation.parse(text), 0.3);
    assertThat(network.gradientGrowth()).isCloseTo(1, within(1e-13));
    boolean stable = !List.of("silu", "exp").contains(text);
    assertThat(network.varianceIsStable()).isEqualTo(stable);
    if (stable) {
      WideNetwork again =
          WideNetwork.stationary(network.activation(), network.weightVariance(), 0.3);
      assertThat(again.variance()).isCloseTo(network.variance(), within(1e-7));
    }
    SignalPropagation p = SignalPropagation.of(network, 0.3, 50);
    assertThat(layer(p.propagation(), 50).complement()).isBetween(0.0, 0.7);
  }

  @Test
  void badInputIsRefused() {
    for (double cosine : new double[] {-1.0000001, 1.5, Double.NaN}) {
      assertThatThrownBy(() -> SignalPropagation.of(RELU, cosine, 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[−1, 1] but is " + cosine);
    }
    assertThatThrownBy(() -> SignalPropagation.of(RELU, 0, 0)).hasMessageContaining("depth");
    assertThatThrownBy(() -> SignalPropagation.of(RELU, 0, 3).at(4))
        .hasMessageContaining("1 to 3 but is 4");
    assertThatThrownBy(() -> WideNetwork.critical(Activation.RELU, 0.1))
        .hasMessageContaining("edge of chaos");
    assertThatThrownBy(() -> WideNetwork.critical(Activation.parse("tanh"), 0))
        .hasMessageContaining("variance vanishes");
    Activation shifted = Activation.parse("polynomial(coefficients=[1, 1])");
    assertThatThrownBy(() -> WideNetwork.critical(shifted, 0.1))
        .hasMessageContaining("no variance");
    assertThatThrownBy(() -> WideNetwork.stationary(Activation.RELU, 2, 0.1))
        .hasMessageContaining("grows without bound");
    assertThatThrownBy(() -> WideNetwork.stationary(Activation.parse("tanh"), 0.5, 0))
        .hasMessageContaining("dies out");
    assertThatThrownBy(() -> WideNetwork.stationary(Activation.parse("exp"), 2, 0))
        .hasMessageContaining("variance");
    assertThatThrownBy(() -> WideNetwork.residual(Activation.parse("tanh"), 0.5))
        .hasMessageContaining("weight variance");
    assertThatThrownBy(() -> WideNetwork.residual(Activation.RELU, 0))
        .hasMessageContaining("alpha");
    assertThatThrownBy(() -> new WideNetwork(Activation.parse("sign"), 1, 0, false, 1))
        .hasMessageContaining("sign");
    assertThatThrownBy(() -> new WideNetwork(Activation.RELU, -1, 0, false, 1))
        .hasMessageContaining("weightVariance");
  }
}
