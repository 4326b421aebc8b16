package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.AdamStep;
import dev.lamina.ops.DenseGradient;
import dev.lamina.ops.DenseParameters;
import dev.lamina.ops.LayerOps;
import dev.lamina.ops.NoiseKey;
import dev.lamina.ops.NormGradient;
import dev.lamina.ops.NormParameters;
import dev.lamina.ops.SgdStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What layers owe in threads, memory and wrong shapes. */
public abstract class LayerResourceContract extends LayerContract {

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected LayerResourceContract(String name, DType dtype) {
    super(name, dtype);
  }

  /** Two steps of a network with batch norm and every optimiser; returns all that it wrote. */
  private List<double[][]> train(Backend b, int rows, int inputs, int width) {
    LayerOps ops = b.layers();
    List<double[][]> results = new ArrayList<>();
    List<Placed> all = new ArrayList<>();
    try {
      java.util.function.Function<double[][], Matrix> put =
          values -> {
            Placed placed = Placed.of(b, Placement.HOST, dtype(), values);
            all.add(placed);
            return placed.matrix();
          };
      Matrix x = put.apply(random(1, rows, inputs));
      Matrix t = put.apply(random(2, rows, width));
      Matrix w = put.apply(random(3, width, inputs));
      Matrix bias = put.apply(random(4, 1, width));
      Matrix z = put.apply(new double[rows][width]);
      Matrix y = put.apply(new double[rows][width]);
      Matrix a = put.apply(new double[rows][width]);
      Matrix delta = put.apply(new double[rows][width]);
      Matrix losses = put.apply(new double[rows][1]);
      Matrix dw = put.apply(new double[width][inputs]);
      Matrix db = put.apply(new double[1][width]);
      Matrix dx = put.apply(new double[rows][inputs]);
      Matrix v = put.apply(new double[width][inputs]);
      Matrix m = put.apply(new double[width][inputs]);
      Matrix s = put.apply(new double[width][inputs]);
      Matrix statistics = put.apply(new double[2][width]);
      NormParameters norm =
          new NormParameters(
              put.apply(random(5, 1, width)),
              put.apply(random(6, 1, width)),
              put.apply(random(7, 1, width)),
              put.apply(new double[1][width]),
              0.1,
              1e-5);
      DenseParameters layer = new DenseParameters(w, Optional.of(bias), activation("tanh"));
      DenseGradient gradient = new DenseGradient(dw, Optional.of(db));
      for (int step = 1; step <= 2; step++) {
        ops.forward(layer, x, z, a);
        ops.normalise(norm, a, y, statistics);
        ops.softmaxCrossEntropy(y, t, 1.0 / rows, losses, delta);
        ops.squaredError(y, t, 1.0 / rows, losses, delta);
        ops.normaliseBackward(norm, a, statistics, delta, new NormGradient(db, db));
        ops.backward(layer, x, z, delta, gradient, dx);
        ops.sgdStep(new SgdStep(0.1, 0.9, true, 1e-3), w, dw, v);
        ops.adamStep(AdamStep.at(step, 1e-3, 0.9, 0.999, 1e-8, 0, 1e-3), w, dw, m, s);
        ops.add(-0.1, dw, 0.999, w);
        ops.addGaussian(0.01, NoiseKey.of(1, step, 0), w);
        ops.hits(y, t, losses);
      }
      b.synchronize();
      for (Placed placed : all) {
        results.add(placed.read());
      }
      return results;
    } finally {
      all.forEach(Placed::close);
    }
  }

  private List<double[][]> train(LaminaConfig config, int rows, int inputs, int width) {
    try (Backend b = open(config)) {
      return train(b, rows, inputs, width);
    }
  }

  private static void requireSame(String what, List<double[][]> got, List<double[][]> want) {
    for (int i = 0; i < want.size(); i++) {
      Comparison.requireSame(what + ", matrix " + i, got.get(i), want.get(i));
    }
  }

  /** Sizes below and above what is worth sharing among threads. */
  static final List<int[]> NETS =
      List.of(new int[] {10, 15, 15}, new int[] {257, 300, 270}, new int[] {40, 1200, 600});

  @ParameterizedTest
  @FieldSource("NETS")
  final void threadsDoNotChangeABit(int[] net) {
    List<double[][]> one = train(LaminaConfig.defaults().withCpuThreads(1), net[0], net[1], net[2]);
    for (int threads : new int[] {2, 3}) {
      LaminaConfig config = LaminaConfig.defaults().withCpuThreads(threads);
      requireSame(threads + " threads", train(config, net[0], net[1], net[2]), one);
    }
  }

  @Test
  final void severalThreadsMayCallAtOnce() throws InterruptedException, ExecutionException {
    List<double[][]> alone = train(backend(), 60, 40, 30);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<List<double[][]>>> runs = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        runs.add(threads.submit(() -> train(backend(), 60, 40, 30)));
      }
      for (Future<List<double[][]>> run : runs) {
        requireSame("beside others", run.get(), alone);
      }
    } finally {
      threads.shutdown();
    }
  }

  /** Layers work in place: their temporary memory does not grow with the data. */
  @Test
  final void aSmallBudgetIsKeptAndChangesNothing() {
    long small = 2L << 20;
    List<double[][]> roomy = train(LaminaConfig.defaults(), 257, 300, 270);
    try (Backend b = open(LaminaConfig.defaults().withMemoryBudget(small))) {
      requireSame("within 2 MiB", train(b, 257, 300, 270), roomy);
      assertThat(b.budget().peak()).isLessThanOrEqualTo(small);
      assertThat(b.budget().available()).isEqualTo(small);
    }
  }

  /** A call with wrong arguments. */
  interface Call {
    void on(LayerOps ops, Shapes m);
  }

  /** Makes matrices of random numbers. */
  interface Shapes {
    Matrix of(int rows, int cols);
  }

  record WrongCall(String operation, Call call, List<String> said) {
    WrongCall(String operation, Call call, String... said) {
      this(operation, call, List.of(said));
    }

    @Override
    public String toString() {
      return operation + " " + said;
    }
  }

  private static DenseParameters layer(Shapes m, int outputs, int inputs) {
    return new DenseParameters(m.of(outputs, inputs), Optional.empty(), activation("relu"));
  }

  private static DenseGradient gradient(Shapes m, int outputs, int inputs) {
    return new DenseGradient(m.of(outputs, inputs), Optional.empty());
  }

  private static NormParameters norm(Shapes m, int units) {
    return new NormParameters(
        m.of(1, units), m.of(1, units), m.of(1, units), m.of(1, units), 0.1, 1e-5);
  }

  static final List<WrongCall> WRONG =
      List.of(
          new WrongCall(
              "forward",
              (o, m) -> o.forward(layer(m, 4, 3), m.of(5, 2), m.of(5, 4), m.of(5, 4)),
              "N×3",
              "5×2",
              "4×3"),
          new WrongCall(
              "forward",
              (o, m) -> o.forward(layer(m, 4, 3), m.of(5, 3), m.of(6, 4), m.of(6, 4)),
              "6×4"),
          new WrongCall(
              "forward",
              (o, m) -> o.forward(layer(m, 4, 3), m.of(5, 3), m.of(5, 4), m.of(5, 3)),
              "a must be 5×4",
              "5×3"),
          new WrongCall(
              "forward",
              (o, m) -> {
                Matrix x = m.of(5, 4);
                o.forward(layer(m, 4, 4), x, x, m.of(5, 4));
              },
              "z must not share memory with x"),
          new WrongCall(
              "dense layer",
              (o, m) ->
                  new DenseParameters(m.of(4, 3), Optional.of(m.of(1, 3)), activation("relu")),
              "bias must be 1×4",
              "1×3"),
          new WrongCall(
              "backward",
              (o, m) ->
                  o.backward(layer(m, 4, 3), m.of(5, 3), m.of(5, 4), m.of(5, 4), gradient(m, 4, 2)),
              "4×3",
              "4×2"),
          new WrongCall(
              "backward",
              (o, m) ->
                  o.backward(
                      layer(m, 4, 3),
                      m.of(5, 3),
                      m.of(5, 4),
                      m.of(5, 4),
                      new DenseGradient(m.of(4, 3), Optional.of(m.of(1, 4)))),
              "bias",
              "none",
              "1×4"),
          new WrongCall(
              "backward",
              (o, m) ->
                  o.backward(
                      layer(m, 4, 3),
                      m.of(5, 3),
                      m.of(5, 4),
                      m.of(5, 4),
                      gradient(m, 4, 3),
                      m.of(5, 4)),
              "dx must be 5×3",
              "5×4"),
          new WrongCall(
              "activate",
              (o, m) -> o.activate(activation("relu"), m.of(5, 3), m.of(5, 4)),
              "5×3",
              "5×4"),
          new WrongCall(
              "activateBackward",
              (o, m) -> o.activateBackward(activation("relu"), m.of(5, 3), m.of(4, 3)),
              "5×3",
              "4×3"),
          new WrongCall(
              "normalise",
              (o, m) -> o.normalise(norm(m, 3), m.of(1, 3), m.of(1, 3), m.of(2, 3)),
              "at least 2 rows",
              "1×3"),
          new WrongCall(
              "normalise",
              (o, m) -> o.normalise(norm(m, 3), m.of(5, 3), m.of(5, 3), m.of(1, 3)),
              "2×3",
              "1×3"),
          new WrongCall(
              "normaliseBackward",
              (o, m) ->
                  o.normaliseBackward(
                      norm(m, 3),
                      m.of(5, 3),
                      m.of(2, 3),
                      m.of(5, 3),
                      new NormGradient(m.of(1, 2), m.of(1, 2))),
              "1×3",
              "1×2"),
          new WrongCall(
              "normaliseFixed",
              (o, m) -> o.normaliseFixed(norm(m, 3), m.of(5, 4), m.of(5, 4)),
              "3 columns",
              "5×4"),
          new WrongCall(
              "normaliseFixedBackward",
              (o, m) -> o.normaliseFixedBackward(norm(m, 3), m.of(5, 4)),
              "3 columns",
              "5×4"),
          new WrongCall("add", (o, m) -> o.add(1, m.of(5, 4), 1, m.of(4, 5)), "5×4", "4×5"),
          new WrongCall(
              "softmaxCrossEntropy",
              (o, m) -> o.softmaxCrossEntropy(m.of(5, 3), m.of(5, 4), 1, m.of(5, 1), m.of(5, 3)),
              "5×3",
              "5×4"),
          new WrongCall(
              "squaredError",
              (o, m) -> o.squaredError(m.of(5, 3), m.of(5, 3), 1, m.of(4, 1), m.of(5, 3)),
              "5×1",
              "4×1"),
          new WrongCall("hits", (o, m) -> o.hits(m.of(5, 3), m.of(5, 3), m.of(5, 2)), "5×1", "5×2"),
          new WrongCall(
              "gatherRows",
              (o, m) -> o.gatherRows(m.of(5, 3), new int[] {0, 1}, 0, m.of(2, 4)),
              "3 columns",
              "2×4"),
          new WrongCall(
              "sgdStep",
              (o, m) -> o.sgdStep(new SgdStep(1, 0, false, 0), m.of(5, 3), m.of(5, 3), m.of(3, 5)),
              "velocity",
              "5×3",
              "3×5"),
          new WrongCall(
              "adamStep",
              (o, m) ->
                  o.adamStep(
                      AdamStep.at(1, 1, 0.9, 0.99, 1e-8, 0, 0),
                      m.of(5, 3),
                      m.of(5, 3),
                      m.of(5, 3),
                      m.of(3, 5)),
              "second",
              "5×3",
              "3×5"));

  @ParameterizedTest
  @FieldSource("WRONG")
  final void wrongShapesAreNamedAndNothingIsWritten(WrongCall wrong) {
    List<Placed> made = new ArrayList<>();
    Shapes shapes =
        (rows, cols) -> {
          made.add(place(random(90 + made.size(), rows, cols)));
          return made.getLast().matrix();
        };
    assertThatThrownBy(() -> wrong.call().on(layers(), shapes))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith(wrong.operation() + ":")
        .satisfies(e -> assertThat(e.getMessage()).contains(wrong.said()));
    made.forEach(placed -> placed.requireUnchanged("an argument"));
  }

  @Test
  final void elementTypesMustAgree() {
    DType other = dtype() == DType.FLOAT32 ? DType.FLOAT64 : DType.FLOAT32;
    Matrix x = place(random(91, 5, 3)).matrix();
    try (HostMatrix y = HostMatrix.allocate(other, 5, 3)) {
      assertThatThrownBy(() -> layers().add(1, x, 1, y))
          .isInstanceOf(ShapeException.class)
          .hasMessageContainingAll("element type", "float32", "float64");
    }
  }

  @Test
  final void rowsThatDoNotExistAreNotGathered() {
    Matrix x = place(random(92, 5, 3)).matrix();
    Placed out = output(2, 3);
    int[][] lists = {{0, 5}, {-1, 0}, {0}};
    for (int[] list : lists) {
      assertThatThrownBy(() -> layers().gatherRows(x, list, 0, out.matrix()))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    out.requireUnchanged("out");
  }
}
