package dev.lamina.contract;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.NaiveKernels.Entry;
import dev.lamina.contract.NaiveKernels.Layer;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.kernel.Parametrization;
import dev.lamina.matrix.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every dual activation against quadrature over a grid of variances, equal and unequal, and of
 * correlations from −1 to 1, both ends included.
 */
@ExtendWith(LeakCheck.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DualActivationTest {
  private static final double[] VARIANCES = {0.05, 1, 3};

  private static final double[] CORRELATIONS = {
    -1, -1 + 1e-6, -0.9, -0.5, 0, 0.3, 0.9, 1 - 1e-6, 1
  };

  private Backend cpu;

  @BeforeAll
  void open() {
    cpu = ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());
  }

  @AfterAll
  void close() {
    cpu.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "relu",
        "leakyRelu(slope=0.2)",
        "leakyRelu(slope=-0.5)",
        "leakyRelu(slope=3)",
        "abs",
        "identity",
        "sign",
        "erf",
        "gelu",
        "sin",
        "cos",
        "exp",
        "tanh",
        "sigmoid",
        "softplus",
        "silu",
        "polynomial(coefficients=[1])",
        "polynomial(coefficients=[0.2, 1, 0.3, -0.1])",
        "hermite(coefficients=[0, 0, 1])",
        "hermite(coefficients=[0.1, 0.8, 0.3, 0.2])"
      })
  void isTheIntegral(String activation) {
    Activation phi = Activation.parse(activation);
    InfiniteNetwork network =
        new InfiniteNetwork(
            List.of(phi),
            List.of(1.0, 1.0),
            List.of(0.0, 0.0),
            false,
            Parametrization.NTK,
            List.of());
    List<double[]> x = new ArrayList<>();
    List<double[]> z = new ArrayList<>();
    for (double p : VARIANCES) {
      for (double q : VARIANCES) {
        for (double c : CORRELATIONS) {
          // d = 2: variances are half the squared norms.
          x.add(new double[] {Math.sqrt(2 * p), 0});
          z.add(new double[] {Math.sqrt(2 * q) * c, Math.sqrt(2 * q * (1 - c) * (1 + c))});
        }
      }
    }
    for (int i = 0; i < x.size(); i++) {
      requirePair(network, x.get(i), z.get(i));
    }
  }

  private void requirePair(InfiniteNetwork network, double[] x, double[] z) {
    boolean tangent = Activation.hasDerivative(network.activations().getFirst());
    Layer want = NaiveKernels.layers(network, x, z).getFirst();
    try (Placed px = Placed.of(cpu, Placement.HOST, DType.FLOAT64, new double[][] {x});
        Placed pz = Placed.of(cpu, Placement.HOST, DType.FLOAT64, new double[][] {z});
        Placed nngp = Placed.poisoned(cpu, Placement.HOST, DType.FLOAT64, 1, 1);
        Placed ntk = Placed.poisoned(cpu, Placement.HOST, DType.FLOAT64, 1, 1)) {
      cpu.gram()
          .compute(
              NeuralKernels.of(network),
              px.matrix(),
              pz.matrix(),
              List.of(nngp.matrix()),
              tangent ? List.of(ntk.matrix()) : List.of());
      String what = network.activations().getFirst() + " at " + x[0] + ", " + z[0] + ", " + z[1];
      require("E[φφ] of " + what, nngp, want.nngp());
      if (tangent) {
        require("tangent kernel of " + what, ntk, want.ntk());
      }
    }
  }

  private static void require(String what, Placed got, Entry want) {
    Comparison.require(
        what, got.read(), Comparison.all(1, 1), (i, j) -> want, new Tolerance(DType.FLOAT64, 2));
  }
}
