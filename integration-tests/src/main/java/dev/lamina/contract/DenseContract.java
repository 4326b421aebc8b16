package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.contract.NaiveLayers.Result;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.ops.DenseGradient;
import dev.lamina.ops.DenseParameters;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/** What fully connected layers and activations owe. */
public abstract class DenseContract extends LayerContract {

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected DenseContract(String name, DType dtype) {
    super(name, dtype);
  }

  /** Rows, inputs, outputs. */
  @ParameterizedTest
  @CsvSource({
    "1,1,1",
    "2,3,7",
    "7,1,3",
    "3,7,1",
    "1,33,31",
    "31,32,33",
    "33,31,32",
    "8,16,17",
    "100,15,15",
    "127,129,128",
    "129,127,10",
    "128,300,5",
    "5,1025,3",
    "65,17,63",
    "1030,3,9",
    "1000,2,3",
    "3,2,1000",
    "260,300,280",
    "1,1000,1000"
  })
  final void goesForwardAndBackward(int rows, int inputs, int outputs) {
    requireLayer(Placement.HOST, rows, inputs, outputs, activation("relu"), true);
    requireLayer(Placement.HOST, rows, inputs, outputs, activation("identity"), false);
  }

  @ParameterizedTest
  @FieldSource("ACTIVATIONS")
  final void goesThroughEveryActivation(String activation) {
    requireLayer(Placement.HOST, 9, 5, 18, activation(activation), true);
    requireLayer(Placement.HOST, 70, 64, 65, activation(activation), true);
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  final void worksWhereverMatricesLie(Placement placement) {
    requireLayer(placement, 7, 5, 3, activation("leakyRelu(slope=0.2)"), true);
    requireLayer(placement, 70, 65, 66, activation("relu"), true);
    requireLayer(placement, 130, 129, 131, activation("tanh"), false);
  }

  private void requireLayer(
      Placement where, int rows, int inputs, int outputs, Activation activation, boolean bias) {
    String what =
        "%s, %d×%d to %d%s".formatted(activation, rows, inputs, outputs, bias ? " with bias" : "");
    Placed x = place(where, random(1, rows, inputs));
    Placed w = place(where, scaled(random(2, outputs, inputs), 1 / Math.sqrt((double) inputs)));
    Placed b = bias ? place(where, random(3, 1, outputs)) : null;
    Placed z = output(where, rows, outputs);
    Placed a = output(where, rows, outputs);
    DenseParameters layer = new DenseParameters(w.matrix(), optional(b), activation);
    layers().forward(layer, x.matrix(), z.matrix(), a.matrix());
    Result wantZ = NaiveLayers.preActivations(x.read(), w.read(), bias ? b.read() : null);
    requireResult("z of " + what, z, wantZ, inputs);
    requireResult("a of " + what, a, NaiveLayers.activations(activation, wantZ), inputs);
    requireBackward(where, what, layer, x, w, z);
    x.requireUnchanged("x");
    w.requireUnchanged("the weights");
  }

  private void requireBackward(
      Placement where, String what, DenseParameters layer, Placed x, Placed w, Placed z) {
    double[][] computed = z.read();
    int rows = computed.length;
    int outputs = computed[0].length;
    int inputs = w.read()[0].length;
    double[][] upstream = random(4, rows, outputs);
    boolean bias = layer.bias().isPresent();
    for (boolean withInput : new boolean[] {false, true}) {
      Placed delta = place(where, upstream);
      Placed dw = output(where, outputs, inputs);
      Placed db = bias ? output(where, 1, outputs) : null;
      Placed dx = output(where, rows, inputs);
      DenseGradient gradient = new DenseGradient(dw.matrix(), optional(db));
      if (withInput) {
        layers().backward(layer, x.matrix(), z.matrix(), delta.matrix(), gradient, dx.matrix());
      } else {
        layers().backward(layer, x.matrix(), z.matrix(), delta.matrix(), gradient);
        dx.requireUnchanged("dx");
      }
      Result want = NaiveLayers.delta(layer.activation(), computed, upstream);
      requireResult("delta of " + what, delta, want, 1);
      requireResult("dW of " + what, dw, NaiveLayers.transposedProduct(want, x.read()), rows);
      if (bias) {
        requireResult("db of " + what, db, NaiveLayers.columnSums(want), rows);
      }
      if (withInput) {
        requireResult("dx of " + what, dx, NaiveLayers.product(want, w.read()), outputs);
      }
    }
    assertThat(z.read()).as("z after backward").isDeepEqualTo(computed);
  }

  private double[][] scaled(double[][] values, double factor) {
    double[][] scaled = copy(values);
    for (double[] row : scaled) {
      for (int j = 0; j < row.length; j++) {
        row[j] = Inputs.round(dtype(), row[j] * factor);
      }
    }
    return scaled;
  }

  /** The loss Σ c∘a of two layers, by the backend's own forward steps. */
  private double loss(
      Activation activation, double[][] x, double[][] w1, double[][] w2, double[][] c) {
    int rows = x.length;
    Placed input = place(x);
    Placed a1 = output(rows, w1.length);
    Placed a2 = output(rows, w2.length);
    DenseParameters first = new DenseParameters(place(w1).matrix(), Optional.empty(), activation);
    DenseParameters second = new DenseParameters(place(w2).matrix(), Optional.empty(), activation);
    layers().forward(first, input.matrix(), a1.matrix(), a1.matrix());
    layers().forward(second, a1.matrix(), a2.matrix(), a2.matrix());
    return NaiveLayers.weighted(a2.read(), c);
  }

  /** Both layers' gradients, entry by entry; float64 alone has the digits for it. */
  @ParameterizedTest
  @FieldSource("ACTIVATIONS")
  final void gradientsAreCentralDifferences(String text) {
    if (dtype() == DType.FLOAT32) {
      return; // the sums above are compared to rounding in either type
    }
    Activation activation = activation(text);
    double[][] x = random(11, 3, 4);
    double[][] w1 = scaled(random(12, 5, 4), 0.5);
    double[][] w2 = scaled(random(13, 2, 5), 0.5);
    double[][] c = random(14, 3, 2);
    Placed input = place(x);
    DenseParameters first = new DenseParameters(place(w1).matrix(), Optional.empty(), activation);
    DenseParameters second = new DenseParameters(place(w2).matrix(), Optional.empty(), activation);
    Placed z1 = output(3, 5);
    Placed a1 = output(3, 5);
    Placed z2 = output(3, 2);
    Placed a2 = output(3, 2);
    layers().forward(first, input.matrix(), z1.matrix(), a1.matrix());
    layers().forward(second, a1.matrix(), z2.matrix(), a2.matrix());
    Placed delta = place(c);
    Placed between = output(3, 5);
    Placed dx = output(3, 4);
    Placed d1 = output(5, 4);
    Placed d2 = output(2, 5);
    layers()
        .backward(
            second,
            a1.matrix(),
            z2.matrix(),
            delta.matrix(),
            new DenseGradient(d2.matrix(), Optional.empty()),
            between.matrix());
    layers()
        .backward(
            first,
            input.matrix(),
            z1.matrix(),
            between.matrix(),
            new DenseGradient(d1.matrix(), Optional.empty()),
            dx.matrix());
    requireDifferences("dW1", activation, d1.read(), w1, () -> loss(activation, x, w1, w2, c));
    requireDifferences("dW2", activation, d2.read(), w2, () -> loss(activation, x, w1, w2, c));
    requireDifferences("dx", activation, dx.read(), x, () -> loss(activation, x, w1, w2, c));
  }

  /** A loss of numbers that the test moves. */
  private interface Loss {
    double now();
  }

  private void requireDifferences(
      String what, Activation activation, double[][] gradient, double[][] at, Loss loss) {
    double step = tolerance(1).differenceStep();
    for (int i = 0; i < at.length; i++) {
      for (int j = 0; j < at[i].length; j++) {
        double[] row = at[i];
        int col = j;
        double kept = row[j];
        double difference =
            NaiveLayers.difference(
                h -> {
                  row[col] = kept + h;
                  return loss.now();
                },
                step);
        row[j] = kept;
        // Inputs up to 2 and third derivatives up to 8 of two layers in turn
        double scale = 100 * Math.max(1, Math.abs(difference));
        requireDifference(what + " of " + activation, gradient[i][j], difference, scale, 6);
      }
    }
  }

  static final double[][] AWKWARD = {
    {
      0.0, -0.0, 1e-30, -1e-30, 1e-8, -1e-8, 1e-3, -1e-3, 0.3, -0.3, 0.84, -0.85, 1.25, -1.26, 2.8,
      -2.9, 5.5, -5.5, 8, -8, 12, -12, 19.5, -19.5
    }
  };

  private double[][] awkward() {
    return scaled(AWKWARD, 1);
  }

  @ParameterizedTest
  @FieldSource("ACTIVATIONS")
  final void computesActivationsAndDerivatives(String text) {
    Activation activation = activation(text);
    double[][] u = awkward();
    int n = u[0].length;
    Placed z = place(u);
    Placed a = output(1, n);
    layers().activate(activation, z.matrix(), a.matrix());
    Placed delta = place(random(5, 1, n));
    double[][] upstream = delta.read();
    layers().activateBackward(activation, z.matrix(), delta.matrix());
    double[][] got = a.read();
    double[][] slopes = delta.read();
    for (int j = 0; j < n; j++) {
      double value = NaiveLayers.value(activation, u[0][j]);
      // The definitions subtract from 1 and multiply by u.
      double scale = Math.max(Math.abs(value), Math.max(1, Math.abs(u[0][j])));
      requireNear(text + " at " + u[0][j], got[0][j], value, scale, 1);
      double slope = NaiveLayers.derivative(activation, u[0][j]);
      double size = Math.abs(upstream[0][j]) * Math.max(Math.abs(slope), scale);
      requireNear(
          "derivative of " + text + " at " + u[0][j],
          slopes[0][j],
          slope * upstream[0][j],
          size,
          1);
    }
    z.requireUnchanged("z");
    layers().activate(activation, z.matrix(), z.matrix());
    Comparison.requireSame(text + " in place", z.read(), got);
  }

  /** Odd functions keep the digits of small arguments, which a difference from 1 would lose. */
  @ParameterizedTest
  @FieldSource("ODD")
  final void smallArgumentsKeepTheirDigits(String text) {
    Activation activation = activation(text);
    double[][] u = new double[1][40];
    for (int j = 0; j < 40; j++) {
      u[0][j] = Inputs.round(dtype(), Math.pow(10, -j / 4.0) * (j % 2 == 0 ? 1 : -1));
    }
    Placed z = place(u);
    layers().activate(activation, z.matrix(), z.matrix());
    double[][] got = z.read();
    for (int j = 0; j < 40; j++) {
      double value = NaiveLayers.value(activation, u[0][j]);
      requireNear(text + " at " + u[0][j], got[0][j], value, Math.abs(value), 1);
    }
  }

  static final List<String> ODD = List.of("tanh", "sin");

  @ParameterizedTest
  @FieldSource("ACTIVATIONS")
  final void nanAndInfinityGoThrough(String text) {
    Activation activation = activation(text);
    double[] u = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1};
    Placed z = place(new double[][] {u});
    Placed a = output(1, 4);
    layers().activate(activation, z.matrix(), a.matrix());
    assertThat(a.read()[0][0]).as("value at NaN").isNaN();
    assertThat(a.read()[0][3]).as("value at 1").isFinite();
    Placed delta = place(new double[][] {{1, 1, 1, Double.NaN}});
    layers().activateBackward(activation, z.matrix(), delta.matrix());
    assertThat(delta.read()[0][3]).as("gradient of NaN").isNaN();
    Double limit =
        switch (text) {
          case "relu", "sigmoid", "softplus" -> 0.0;
          case "tanh", "erf" -> -1.0;
          case "abs" -> Double.POSITIVE_INFINITY;
          case "identity", "leakyRelu(slope=0.2)" -> Double.NEGATIVE_INFINITY;
          default -> null;
        };
    if (limit != null) {
      assertThat(a.read()[0][2]).as("value at −∞").isEqualTo(limit);
    }
  }

  /** Training and measurement take the slope of the left side at a kink. */
  @Test
  final void theSlopeAtAKinkIsTheLeftOne() {
    for (String text : List.of("relu", "leakyRelu(slope=0.2)", "abs", "identity")) {
      double left = ((Activation.PiecewiseLinear) activation(text)).slope();
      Placed z = place(new double[][] {{0.0, -0.0}});
      Placed delta = place(new double[][] {{1, 1}});
      layers().activateBackward(activation(text), z.matrix(), delta.matrix());
      double want = Inputs.round(dtype(), left);
      assertThat(delta.read()).as(text).isDeepEqualTo(new double[][] {{want, want}});
    }
    Placed z = place(new double[][] {{-1, 1}});
    Placed delta = place(new double[][] {{1, 1}});
    layers().activateBackward(activation("hardTanh"), z.matrix(), delta.matrix());
    assertThat(delta.read()).as("hardTanh").isDeepEqualTo(new double[][] {{0, 1}});
  }

  @Test
  final void signIsAStepWithoutSlope() {
    Placed z = place(new double[][] {{-2, 0, 3, Double.NaN}});
    Placed a = output(1, 4);
    layers().activate(activation("sign"), z.matrix(), a.matrix());
    assertThat(a.read()[0]).containsExactly(-1, 0, 1, Double.NaN);
    Placed delta = place(new double[][] {{5, 6, 7, 8}});
    layers().activateBackward(activation("sign"), z.matrix(), delta.matrix());
    assertThat(delta.read()).isDeepEqualTo(new double[1][4]);
  }

  @Test
  final void nanStaysInItsRow() {
    double[][] x = random(6, 40, 30);
    x[17][3] = Double.NaN;
    for (int outputs : new int[] {20, 200}) {
      Placed z = output(40, outputs);
      DenseParameters layer =
          new DenseParameters(
              place(random(7, outputs, 30)).matrix(), Optional.empty(), activation("relu"));
      layers().forward(layer, place(x).matrix(), z.matrix(), z.matrix());
      double[][] got = z.read();
      for (int i = 0; i < 40; i++) {
        for (int o = 0; o < outputs; o++) {
          assertThat(Double.isNaN(got[i][o])).as("row %d is NaN", i).isEqualTo(i == 17);
        }
      }
      Placed dw = output(outputs, 30);
      Placed dx = output(40, 30);
      Placed delta = place(random(8, 40, outputs));
      layers()
          .backward(
              layer,
              place(x).matrix(),
              z.matrix(),
              delta.matrix(),
              new DenseGradient(dw.matrix(), Optional.empty()),
              dx.matrix());
      for (int o = 0; o < outputs; o++) {
        assertThat(dw.read()[o][3]).as("gradient of weight (%d, 3)", o).isNaN();
      }
    }
  }

  @Test
  final void anEmptyBatchHasNoGradient() {
    double[][] w = random(9, 5, 4);
    Placed all = place(random(10, 3, 4));
    Placed z = output(3, 5);
    Placed dw = output(5, 4);
    Placed db = output(1, 5);
    DenseParameters layer =
        new DenseParameters(
            place(w).matrix(), Optional.of(place(random(11, 1, 5)).matrix()), activation("relu"));
    layers()
        .backward(
            layer,
            all.matrix().rows(0, 0),
            z.matrix().rows(0, 0),
            output(3, 5).matrix().rows(0, 0),
            new DenseGradient(dw.matrix(), optional(db)));
    assertThat(dw.read()).isDeepEqualTo(new double[5][4]);
    assertThat(db.read()).isDeepEqualTo(new double[1][5]);
  }
}
