package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Kernel;
import dev.lamina.lowering.InputScale;
import dev.lamina.lowering.Instruction;
import dev.lamina.lowering.LoweredKernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the short forms of the smooth duals to the accurate ones. */
final class NarrowDualsTest {
  private static final int COUNT = 64;
  private static final double BOUND = 2e-14;

  private final double[] source = new double[COUNT + RowBlock.PADDING];
  private final double[] dual = new double[source.length];
  private final double[] derivative = new double[source.length];
  private final double[] wantDual = new double[source.length];
  private final double[] wantDerivative = new double[source.length];

  /** Rows of lengths from 1e-2 to 1e2, and complements from 0 to 2. */
  private static HostMatrix rows() {
    HostMatrix m = HostMatrix.allocate(DType.FLOAT32, COUNT, 1);
    for (int i = 0; i < COUNT; i++) {
      m.set(i, 0, Math.pow(10, i % 16 / 4.0 - 2));
    }
    return m;
  }

  /** Float32 rows at angles from 0.03 to 3e-7, through ten layers, against the same in float64. */
  @ParameterizedTest
  @ValueSource(strings = {"erf", "gelu", "sin", "cos"})
  void nearlyParallelRowsKeepTheirAngles(String activation) {
    double[][] rows = new double[12][64];
    for (int i = 0; i < rows.length; i++) {
      double angle = i == 0 ? 0 : Math.pow(10, -(i + 2) / 2.0);
      for (int j = 0; j < 64; j++) {
        rows[i][j] = (float) (Math.sin(1 + j) + angle * Math.cos(2 + 3 * j));
      }
    }
    double[] single = angles(activation, DType.FLOAT32, rows);
    double[] full = angles(activation, DType.FLOAT64, rows);
    for (int i = 1; i < rows.length; i++) {
      assertThat(single[i] / full[i] - 1).as("row %d at %s", i, full[i]).isBetween(-2e-7, 2e-7);
    }
  }

  /** Returns the angles of all rows to the first one behind ten layers. */
  private static double[] angles(String activation, DType dtype, double[][] rows) {
    Kernel kernel = Kernel.parse("nngp(depth=10, activation=%s)".formatted(activation));
    try (Backend backend = new CpuBackendProvider().open(LaminaConfig.defaults());
        HostMatrix given = HostMatrix.of(rows);
        HostMatrix x = given.copy(dtype);
        HostMatrix k = HostMatrix.allocate(dtype, rows.length, rows.length);
        HostMatrix angles = HostMatrix.allocate(dtype, rows.length, rows.length)) {
      backend.gram().compute(kernel, x, x, k, angles);
      return angles.toArray()[0];
    }
  }

  @ParameterizedTest
  @CsvSource({"erf, 1", "erf, 1e12", "gelu, 1", "gelu, 1e12", "sin, 1", "cos, 1", "sin, 30"})
  void shortFormsAreWithinTheirBound(String activation, double weightVariance) {
    try (HostMatrix m = rows()) {
      LoweredKernel lowered =
          LoweredKernel.of(
              Kernel.parse(
                  "ntk(depth=1, activation=%s, weightVariance=%s)"
                      .formatted(activation, weightVariance)),
              false,
              new InputScale(1, 1e4, DType.FLOAT32));
      RowBlock block = RowBlock.of(m, lowered, false);
      Instruction.SmoothDual step =
          lowered.entries().instructions().stream()
              .filter(i -> i instanceof Instruction.SmoothDual)
              .map(i -> (Instruction.SmoothDual) i)
              .findFirst()
              .orElseThrow();
      for (int j = 0; j < COUNT; j++) {
        source[j] = j < 16 ? 0 : j < 40 ? Math.pow(10, -(j - 15) / 2.0) : (j - 39) / 12.0;
      }
      for (int i = 0; i < 16; i++) {
        SmoothVectors.apply(
            step, block, i, block, source, wantDual, wantDerivative, new double[COUNT + 16], COUNT);
        apply(step, block, i);
        assertThat(NarrowDuals.anySmall(source, COUNT)).isTrue();
        settle(step, block, i);
        for (int j = 0; j < COUNT; j++) {
          String at = "s = " + source[j] + " of rows " + i + ", " + j;
          assertThat(dual[j] - wantDual[j]).as(at).isBetween(-BOUND, BOUND);
          assertThat(derivative[j] - wantDerivative[j]).as(at).isBetween(-BOUND, BOUND);
          assertThat(dual[j]).as(at).isNotNegative();
          assertThat(derivative[j]).as(at).isNotNegative();
        }
        assertThat(dual[i]).isZero();
        assertThat(derivative[i]).isZero();
      }
    }
  }

  /** By marked values, so that what is taken of the accurate forms shows. */
  private void settle(Instruction.SmoothDual step, RowBlock block, int i) {
    double[] variances = block.slots[step.slot()];
    double[] mark = new double[source.length];
    double[] shortDual = dual.clone();
    double[] shortDerivative = derivative.clone();
    NarrowDuals.settle(
        variances[i],
        variances,
        source,
        dual,
        derivative,
        (d, e) -> {
          Arrays.fill(d, 7);
          Arrays.fill(e, 8);
        },
        mark,
        mark.clone(),
        COUNT);
    for (int j = 0; j < COUNT; j++) {
      boolean equal = source[j] == 0 && variances[j] == variances[i];
      boolean near = source[j] > 0 && source[j] < 1e-6;
      assertThat(dual[j]).isEqualTo(equal ? 0 : near ? 7 : shortDual[j]);
      assertThat(derivative[j]).isEqualTo(equal ? 0 : near ? 8 : shortDerivative[j]);
      dual[j] = equal ? 0 : shortDual[j];
      derivative[j] = equal ? 0 : shortDerivative[j];
    }
  }

  private void apply(Instruction.SmoothDual step, RowBlock block, int i) {
    int slot = step.slot();
    Arrays.fill(dual, Double.NaN);
    Arrays.fill(derivative, Double.NaN);
    switch (step.function()) {
      case ERF -> NarrowDuals.erf(block, i, block, slot, source, dual, derivative, COUNT);
      case GELU -> {
        double[][] rows = new double[NarrowDuals.GELU_ROWS][source.length];
        NarrowDuals.geluRows(block, slot, rows, COUNT);
        NarrowDuals.gelu(block, rows, i, block, rows, slot, source, dual, derivative, COUNT);
      }
      case SIN ->
          NarrowDuals.trigonometric(
              block, i, block, slot, slot + 1, slot + 2, source, dual, derivative, COUNT);
      case COS ->
          NarrowDuals.trigonometric(
              block, i, block, slot, slot + 2, slot + 1, source, derivative, dual, COUNT);
      case EXP -> throw new AssertionError("exp has no short form");
    }
  }
}
