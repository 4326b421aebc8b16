package dev.lamina.contract;

import dev.lamina.contract.Comparison.At;
import dev.lamina.contract.NaiveKernels.Layer;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.Matrix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code compute} of a network's kernels at several depths in one pass owes. */
public abstract class NeuralContract extends BackendContract {
  private static final int D = 5;
  private static final int SAMPLED = 10;

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected NeuralContract(String name, DType dtype) {
    super(name, dtype);
  }

  /** Networks in the text of kernels, and the depths asked for. */
  static Stream<Arguments> networks() {
    return Stream.of(
        Arguments.of("ntk(depth=1)", List.of(1)),
        Arguments.of("ntk(depth=5)", List.of(1, 2, 5)),
        Arguments.of("ntk(depth=5)", List.of(3)),
        Arguments.of("ntk(depth=4, biasVariance=0.1)", List.of(1, 2, 3, 4)),
        Arguments.of("ntk(depth=3, activation=[erf, relu, tanh], biasVariance=0.1)", List.of(2, 3)),
        Arguments.of("ntk(depth=4, residual=true, weightVariance=0.7)", List.of(1, 4)),
        Arguments.of(
            "ntk(depth=3, activation=gelu, residual=true, weightVariance=0.5)", List.of(1, 3)),
        Arguments.of(
            "ntk(depth=3, parametrization=standard, width=[64, 32, 16])", List.of(1, 2, 3)),
        Arguments.of(
            "ntk(depth=3, activation=silu, biasVariance=[0, 0.1, 0.2, 0],"
                + " parametrization=standard, width=8)",
            List.of(1, 3)),
        Arguments.of("ntk(depth=12, activation=leakyRelu(slope=0.1))", List.of(1, 6, 12)));
  }

  @ParameterizedTest
  @MethodSource("networks")
  final void computesAllDepthsRectangular(String text, List<Integer> depths) {
    double[][] x = Inputs.rows(1, dtype(), 35, D);
    double[][] z = Inputs.rows(2, dtype(), 29, D);
    try (Outputs both = new Outputs(this, Placement.HOST, depths.size(), 35, 29, true, true);
        Placed px = host(x);
        Placed pz = host(z)) {
      both.compute(new NeuralKernels(network(text), depths), px.matrix(), pz.matrix());
      both.require(text, depths, x, z);
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  final void computesAllDepthsSymmetric(String text, List<Integer> depths) {
    double[][] x = Inputs.rows(3, dtype(), 33, D);
    try (Outputs both = new Outputs(this, Placement.HOST, depths.size(), 33, 33, true, true);
        Placed px = host(x)) {
      both.compute(new NeuralKernels(network(text), depths), px.matrix(), px.matrix());
      both.require(text, depths, x, x);
      both.all().forEach(m -> Comparison.requireSymmetric(text, m.read()));
      px.requireUnchanged("x");
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  final void computesEitherKernelAlone(String text, List<Integer> depths) {
    double[][] x = Inputs.rows(4, dtype(), 17, D);
    for (boolean nngp : new boolean[] {true, false}) {
      try (Outputs one = new Outputs(this, Placement.HOST, depths.size(), 17, 17, nngp, !nngp);
          Placed px = host(x)) {
        one.compute(new NeuralKernels(network(text), depths), px.matrix(), px.matrix());
        one.require(text, depths, x, x);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  final void worksWhereverMatricesLie(Placement placement) {
    double[][] x = Inputs.rows(5, dtype(), 34, D);
    List<Integer> depths = List.of(1, 3);
    try (Outputs both = new Outputs(this, placement, 2, 34, 34, true, true);
        Placed px = Placed.of(backend(), placement, dtype(), x)) {
      String text = "ntk(depth=3, biasVariance=0.05)";
      both.compute(new NeuralKernels(network(text), depths), px.matrix(), px.matrix());
      both.require(text, depths, x, x);
      both.all().forEach(m -> m.requirePaddingIntact("an output"));
      px.requireUnchanged("x");
    }
  }

  @Test
  final void onePassAgreesWithSingleKernels() {
    double[][] x = Inputs.rows(6, dtype(), 130, D);
    InfiniteNetwork network = network("ntk(depth=3)");
    try (Outputs both = new Outputs(this, Placement.HOST, 1, 130, 130, true, true);
        Placed px = host(x);
        Placed nngp = poisoned(130, 130);
        Placed ntk = poisoned(130, 130)) {
      both.compute(NeuralKernels.of(network), px.matrix(), px.matrix());
      backend().gram().compute(new Kernel.Nngp(network), px.matrix(), px.matrix(), nngp.matrix());
      backend().gram().compute(new Kernel.Ntk(network), px.matrix(), px.matrix(), ntk.matrix());
      requireClose("nngp", both.nngp().getFirst().read(), nngp.read());
      requireClose("ntk", both.ntk().getFirst().read(), ntk.read());
    }
  }

  @Test
  final void aSingleRowHasKernels() {
    double[][] x = Inputs.rows(7, dtype(), 1, 1);
    List<Integer> depths = List.of(1, 2);
    try (Outputs both = new Outputs(this, Placement.HOST, 2, 1, 1, true, true);
        Placed px = host(x)) {
      both.compute(new NeuralKernels(network("ntk(depth=2)"), depths), px.matrix(), px.matrix());
      both.require("ntk(depth=2)", depths, x, x);
    }
  }

  private void requireClose(String what, double[][] got, double[][] want) {
    double[][] scale = NaiveGram.abs(want);
    for (int i = 0; i < scale.length; i++) {
      for (int j = 0; j < scale.length; j++) {
        scale[i][j] = Math.sqrt(want[i][i] * want[j][j]);
      }
    }
    Comparison.require(what, got, want, scale, tolerance(D));
  }

  static InfiniteNetwork network(String text) {
    return ((Kernel.Ntk) Kernel.parse(text)).network();
  }

  /** The poisoned outputs of one call. */
  private record Outputs(BackendContract contract, List<Placed> nngp, List<Placed> ntk)
      implements AutoCloseable {

    Outputs(
        BackendContract contract,
        Placement placement,
        int depths,
        int rows,
        int cols,
        boolean nngp,
        boolean ntk) {
      this(
          contract,
          poisoned(contract, placement, nngp ? depths : 0, rows, cols),
          poisoned(contract, placement, ntk ? depths : 0, rows, cols));
    }

    private static List<Placed> poisoned(
        BackendContract contract, Placement placement, int count, int rows, int cols) {
      return IntStream.range(0, count)
          .mapToObj(
              i -> Placed.poisoned(contract.backend(), placement, contract.dtype(), rows, cols))
          .toList();
    }

    List<Placed> all() {
      List<Placed> all = new ArrayList<>(nngp);
      all.addAll(ntk);
      return all;
    }

    void compute(NeuralKernels kernels, Matrix x, Matrix z) {
      contract
          .backend()
          .gram()
          .compute(
              kernels,
              x,
              z,
              nngp.stream().map(Placed::matrix).toList(),
              ntk.stream().map(Placed::matrix).toList());
    }

    /**
     * Holds every output against the oracle, which walks each sampled pair through all layers once.
     */
    void require(String text, List<Integer> depths, double[][] x, double[][] z) {
      Map<At, List<Layer>> walked = new HashMap<>();
      List<At> positions = Comparison.sample(x.length, z.length, SAMPLED);
      for (At at : positions) {
        walked.put(at, NaiveKernels.layers(network(text), x[at.row()], z[at.col()]));
      }
      for (int i = 0; i < depths.size(); i++) {
        int layer = depths.get(i) - 1;
        if (!nngp.isEmpty()) {
          require(
              "nngp after layer " + depths.get(i) + " of " + text,
              nngp.get(i),
              positions,
              (row, col) -> walked.get(new At(row, col)).get(layer).nngp());
        }
        if (!ntk.isEmpty()) {
          require(
              "ntk after layer " + depths.get(i) + " of " + text,
              ntk.get(i),
              positions,
              (row, col) -> walked.get(new At(row, col)).get(layer).ntk());
        }
      }
    }

    private void require(String what, Placed output, List<At> positions, Comparison.Oracle oracle) {
      double[][] got = output.read();
      Comparison.require(what, got, positions, oracle, contract.tolerance(D));
      Comparison.requireNumbers(what, got);
    }

    @Override
    public void close() {
      all().forEach(Placed::close);
    }
  }
}
