package dev.lamina.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.cuda.ProgramCode.Operation;
import dev.lamina.kernel.Kernel;
import dev.lamina.lowering.EntryProgram;
import dev.lamina.lowering.InputScale;
import dev.lamina.lowering.Instruction;
import dev.lamina.lowering.LoweredKernel;
import dev.lamina.lowering.PairStatistic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProgramCodeTest {

  /** What {@code program.cuh} reads out of one instruction. */
  private record Decoded(
      Operation operation,
      int target,
      int source,
      int second,
      int slot,
      int number,
      List<Double> constants) {}

  private static List<Decoded> decode(ProgramCode code) {
    long[] words = code.words();
    List<Decoded> decoded = new ArrayList<>();
    for (int k = 0; k < words[0]; k++) {
      int at = ProgramCode.HEADER_WORDS + k * ProgramCode.INSTRUCTION_WORDS;
      long packed = words[at];
      List<Double> constants = new ArrayList<>();
      for (int c = 0; c < ProgramCode.CONSTANTS; c++) {
        constants.add(Double.longBitsToDouble(words[at + 2 + c]));
      }
      decoded.add(
          new Decoded(
              operation((int) (packed & 0xff)),
              (int) (packed >> 8 & 0xff),
              (int) (packed >> 16 & 0xff),
              (int) (packed >> 24 & 0xff),
              (int) (packed >> 32),
              (int) words[at + 1],
              constants));
    }
    assertThat(words)
        .hasSize(ProgramCode.HEADER_WORDS + decoded.size() * ProgramCode.INSTRUCTION_WORDS);
    return decoded;
  }

  private static Operation operation(int code) {
    return Arrays.stream(Operation.values()).filter(o -> o.code == code).findFirst().orElseThrow();
  }

  private static ProgramCode encode(Instruction... instructions) {
    return ProgramCode.of(new EntryProgram(List.of(instructions), 4, 2), 0.25, 0.05);
  }

  private static ProgramCode encode(String kernel) {
    return ProgramCode.of(
        LoweredKernel.of(Kernel.parse(kernel), false, new InputScale(10, 20)).entries(), 0.1, 0.05);
  }

  @Test
  void headerHoldsCountsAndThresholds() {
    long[] words = encode(new Instruction.Fill(1, 0)).words();
    assertThat(words).startsWith(1, 0, 4, 2);
    assertThat(Double.longBitsToDouble(words[4])).isEqualTo(0.25);
    assertThat(Double.longBitsToDouble(words[5])).isEqualTo(0.05);
  }

  @Test
  void fieldsComeBack() {
    assertThat(
            decode(
                encode(
                    new Instruction.Load(PairStatistic.SQUARED_DISTANCE, 3),
                    new Instruction.Power(1, 0.5, -2, 7, 2),
                    new Instruction.SeriesDual(1, 70_000, 512, 2),
                    new Instruction.AngleDual(1, 0.25, 2, Instruction.NONE),
                    new Instruction.SmoothDual(1, Instruction.SmoothFunction.COS, 9, 2, 3),
                    new Instruction.EmitValue(2, 5, 1))))
        .containsExactly(
            decoded(Operation.LOAD, 3, 0, 0, 0, 2),
            decoded(Operation.POWER, 2, 1, 0, 0, 7, 0.5, -2),
            decoded(Operation.SERIES_DUAL, 2, 1, 0, 70_000, 512),
            decoded(
                Operation.ANGLE_DUAL,
                2,
                1,
                255,
                0,
                0,
                0.25,
                2 - Math.PI * 0.25,
                Math.PI * 0.25 - 1),
            decoded(Operation.SMOOTH_DUAL, 2, 1, 3, 9, 3),
            decoded(Operation.EMIT_VALUE, 0, 2, 0, 5, 1));
  }

  private static Decoded decoded(
      Operation operation,
      int target,
      int source,
      int second,
      int slot,
      int number,
      double... constants) {
    List<Double> all = new ArrayList<>();
    for (int c = 0; c < ProgramCode.CONSTANTS; c++) {
      all.add(c < constants.length ? constants[c] : 0);
    }
    return new Decoded(operation, target, source, second, slot, number, all);
  }

  @Test
  void blendsBecomeSharesBetweenStartAndEnd() {
    assertThat(
            decode(
                encode(
                    new Instruction.Blend(
                        List.of(
                            new Instruction.Share(4, 1),
                            new Instruction.Share(6, Instruction.NONE)),
                        0))))
        .containsExactly(
            decoded(Operation.BLEND_START, 0, 0, 0, 0, 0),
            decoded(Operation.BLEND_SHARE, 0, 1, 0, 4, 0),
            decoded(Operation.BLEND_SHARE, 0, 255, 0, 6, 0),
            decoded(Operation.BLEND_END, 0, 0, 0, 0, 0));
  }

  @Test
  void uniformLayersHoldAllShares() {
    assertThat(
            decode(encode(new Instruction.UniformAngleLayer(0, 1, 0.3, 0.1, 0.9, 0.4, 0.2, 0.6))))
        .containsExactly(
            decoded(
                Operation.UNIFORM_LAYER,
                0,
                0,
                1,
                0,
                0,
                0.3,
                2 - Math.PI * 0.3,
                Math.PI * 0.3 - 1,
                0.1,
                0.9,
                0.4,
                0.2,
                0.6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ntk(depth=3)", "nngp(depth=2)", "ntk(depth=4, residual=true)"})
  void networksOfOneActivationWithoutBiasAreUniform(String kernel) {
    assertThat(encode(kernel).words()[1]).isEqualTo(1);
    assertThat(encode(kernel).float64Only()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear()", "ntk(depth=3, biasVariance=0.1)", "0.5*ntk(depth=1)"})
  void otherProgramsAreNotUniform(String kernel) {
    assertThat(encode(kernel).words()[1]).isEqualTo(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nngp(depth=1, activation=erf)",
        "ntk(depth=1, activation=tanh)",
        "matern(nu=1.2, lengthScale=2)"
      })
  void formulasThatCancelNeedFloat64(String kernel) {
    assertThat(encode(kernel).float64Only()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gaussian()",
        "laplace()",
        "matern(nu=0.5)",
        "matern(nu=1.5)",
        "matern(nu=2.5)",
        "matern(nu=3.5)",
        "rationalQuadratic(alpha=0.7)",
        "arcCosine(order=2)"
      })
  void theOthersDoNot(String kernel) {
    assertThat(encode(kernel).float64Only()).isFalse();
  }

  @Test
  void tooManyRegistersAreRefused() {
    assertThatThrownBy(() -> ProgramCode.of(new EntryProgram(List.of(), 33, 1), 0.1, 0.05))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "kernel: its entry program must have at most 32 registers on a cuda device but has 33");
  }
}
