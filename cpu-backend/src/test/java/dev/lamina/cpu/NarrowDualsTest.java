package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.kernel.Kernel;
import dev.lamina.lowering.InputScale;
import dev.lamina.lowering.Instruction;
import dev.lamina.lowering.LoweredKernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  private void apply(Instruction.SmoothDual step, RowBlock block, int i) {
    int slot = step.slot();
    Arrays.fill(dual, Double.NaN);
    Arrays.fill(derivative, Double.NaN);
    switch (step.function()) {
      case ERF -> NarrowDuals.erf(block, i, block, slot, source, dual, derivative, COUNT);
      case GELU -> {
        double[] roots = new double[source.length];
        NarrowDuals.inverseRoots(block.slots[slot], roots, COUNT);
        NarrowDuals.gelu(block, i, block, slot, roots, source, dual, derivative, COUNT);
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
