package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.contract.NaiveLayers.Result;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.matrix.ShapeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/** What second derivatives of activations and tangents through them owe. */
public abstract class TangentContract extends LayerContract {

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected TangentContract(String name, DType dtype) {
    super(name, dtype);
  }

  @ParameterizedTest
  @FieldSource("ACTIVATIONS")
  final void multipliesBySecondDerivatives(String text) {
    Activation activation = activation(text);
    Placed z = place(rounded(DenseContract.AWKWARD));
    double[][] u = z.read();
    Placed delta = place(random(5, 1, u[0].length));
    double[][] upstream = delta.read();
    layers().activateCurvature(activation, z.matrix(), delta.matrix());
    double[][] got = delta.read();
    for (int j = 0; j < u[0].length; j++) {
      double bend = NaiveActivation.secondDerivative(activation, u[0][j]);
      // The definitions subtract terms of the size of u² times what is left.
      double scale = Math.max(Math.abs(bend), Math.max(1, u[0][j] * u[0][j]));
      requireNear(
          "second derivative of " + text + " at " + u[0][j],
          got[0][j],
          bend * upstream[0][j],
          scale * Math.abs(upstream[0][j]),
          1);
    }
    z.requireUnchanged("z");
  }

  /** Odd second derivatives keep the digits of small arguments. */
  @ParameterizedTest
  @CsvSource({"tanh,-2", "sigmoid,-0.125", "sin,-1"})
  final void smallArgumentsKeepTheirDigits(String text, double factor) {
    double[][] u = {{1e-9, -3e-10, 2e-12}};
    Placed z = place(rounded(u));
    Placed delta = place(new double[][] {{1, 1, 1}});
    layers().activateCurvature(activation(text), z.matrix(), delta.matrix());
    for (int j = 0; j < 3; j++) {
      double want = factor * z.read()[0][j];
      requireNear(text + " at " + u[0][j], delta.read()[0][j], want, Math.abs(want), 1);
    }
  }

  /** Rows, width, tangents. */
  @ParameterizedTest
  @CsvSource({"1,1,1", "3,1,7", "7,3,2", "31,5,33", "5,1000,3", "4,1023,2", "2,1025,3", "300,7,41"})
  final void takesTangentsThroughActivations(int rows, int width, int count) {
    requireTangents(Placement.HOST, rows, width, count);
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  final void worksWhereverMatricesLie(Placement placement) {
    requireTangents(placement, 9, 5, 4);
    requireTangents(placement, 70, 33, 17);
  }

  private void requireTangents(Placement where, int rows, int width, int count) {
    String what = "%d×%d, %d tangents".formatted(rows, width, count);
    Placed slope = place(where, random(1, rows, width));
    Placed bend = place(where, random(2, rows, width));
    Placed other = place(where, random(3, rows, width * count));
    Placed forward = place(where, random(4, rows, width * count));
    Placed backward = place(where, random(4, rows, width * count));
    layers().scaleTangents(slope.matrix(), forward.matrix());
    layers().scaleTangents(slope.matrix(), bend.matrix(), other.matrix(), backward.matrix());
    double[][] slopes = slope.read();
    double[][] bends = bend.read();
    double[][] others = other.read();
    double[][] starts = random(4, rows, width * count);
    Result wantForward = Result.zeros(rows, width * count);
    Result wantBackward = Result.zeros(rows, width * count);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < width * count; j++) {
        double scaled = slopes[i][j % width] * starts[i][j];
        wantForward.add(i, j, scaled);
        wantBackward.add(i, j, scaled);
        wantBackward.add(i, j, bends[i][j % width] * others[i][j]);
      }
    }
    requireResult("forward, " + what, forward, wantForward, 1);
    requireResult("backward, " + what, backward, wantBackward, 2);
    slope.requireUnchanged("slope");
    bend.requireUnchanged("bend");
    other.requireUnchanged("other");
  }

  /** A view of the same entries in another shape sees what is written through the matrix. */
  @ParameterizedTest
  @EnumSource(
      value = Placement.class,
      names = {"HOST", "DEVICE"})
  final void reshapedMatricesAreViews(Placement where) {
    Placed slope = place(where, new double[][] {{2}});
    Placed tangents = place(where, new double[][] {{1, 2, 3, 4, 5, 6}});
    try (Matrix view = tangents.matrix().reshape(3, 2)) {
      assertThat(view.rows()).isEqualTo(3);
      assertThat(view.cols()).isEqualTo(2);
      Placed three = place(where, new double[][] {{2}, {3}, {4}});
      layers().scaleTangents(three.matrix(), view);
    }
    assertThat(tangents.read()).isDeepEqualTo(new double[][] {{2, 4, 9, 12, 20, 24}});
    layers().scaleTangents(slope.matrix(), tangents.matrix());
    assertThat(tangents.read()).isDeepEqualTo(new double[][] {{4, 8, 18, 24, 40, 48}});
  }

  @Test
  final void wrongShapesAreNamed() {
    try (HostMatrix a = HostMatrix.allocate(dtype(), 4, 3);
        HostMatrix b = HostMatrix.allocate(dtype(), 4, 7);
        HostMatrix c = HostMatrix.allocate(dtype(), 4, 6);
        HostMatrix d = HostMatrix.allocate(dtype(), 5, 6)) {
      requireShape(() -> layers().scaleTangents(a, b), "N×(T·n)", "4×7");
      requireShape(() -> layers().scaleTangents(a, d), "N×(T·n)", "5×6");
      requireShape(() -> layers().scaleTangents(a, c, b, c), "bend must be 4×3", "4×6");
      requireShape(() -> layers().scaleTangents(a, a, b, c), "other must be 4×6", "4×7");
      requireShape(() -> layers().scaleTangents(a, a, c, c), "must not share memory with other");
      requireShape(
          () -> layers().activateCurvature(activation("tanh"), a, c), "delta must be 4×3", "4×6");
      requireShape(() -> c.reshape(5, 5), "4×6", "5×5");
    }
  }

  private static void requireShape(Runnable call, String... words) {
    assertThatThrownBy(call::run).isInstanceOf(ShapeException.class).hasMessageContainingAll(words);
  }

  private double[][] rounded(double[][] values) {
    double[][] rounded = copy(values);
    for (double[] row : rounded) {
      java.util.Arrays.setAll(row, j -> Inputs.round(dtype(), row[j]));
    }
    return rounded;
  }
}
