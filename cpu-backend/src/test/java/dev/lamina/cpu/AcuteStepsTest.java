package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.kernel.Kernel;
import dev.lamina.lowering.EntryProgram;
import dev.lamina.lowering.InputScale;
import dev.lamina.lowering.Instruction;
import dev.lamina.lowering.LoweredKernel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AcuteStepsTest {

  private static EntryProgram program(String kernel) {
    return LoweredKernel.of(Kernel.parse(kernel), false, new InputScale(10, 20)).entries();
  }

  private static List<Boolean> ofLayers(EntryProgram program, double loaded) {
    boolean[] acute = AcuteSteps.of(program, loaded);
    List<Boolean> layers = new ArrayList<>();
    for (int k = 0; k < acute.length; k++) {
      Instruction step = program.instructions().get(k);
      if (step instanceof Instruction.AngleDual || step instanceof Instruction.UniformAngleLayer) {
        layers.add(acute[k]);
      } else {
        assertThat(acute[k]).isFalse();
      }
    }
    return layers;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "nngp(depth=3); false,true,true",
        "ntk(depth=3); false,true,true",
        "ntk(depth=3, activation=abs); false,true,true",
        "ntk(depth=3, biasVariance=0.1); false,true,true",
        "ntk(depth=3, activation=[erf, relu, relu]); false,true",
        "ntk(depth=2, activation=leakyRelu(slope=0.5)); false,false",
        "ntk(depth=2, residual=true); false,false"
      })
  void relusSeeNoObtuseAngleAfterTheFirst(String kernel, String expected) {
    List<Boolean> want = new ArrayList<>();
    for (String flag : expected.split(",", -1)) {
      want.add(Boolean.valueOf(flag));
    }
    assertThat(ofLayers(program(kernel), 2)).isEqualTo(want);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nngp(depth=3)",
        "ntk(depth=3, activation=leakyRelu(slope=0.5))",
        "ntk(depth=3, residual=true)",
        "ntk(depth=3, activation=[relu, abs, relu], biasVariance=0.1)"
      })
  void amongAcuteRowsAllLayersSeeAcuteAngles(String kernel) {
    assertThat(ofLayers(program(kernel), 1)).hasSize(3).doesNotContain(false);
  }

  /** Runs layers of one share in float64 for complements all over [0, 2]. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "nngp(depth=12)",
        "nngp(depth=12, activation=abs)",
        "nngp(depth=12, activation=leakyRelu(slope=0.1))",
        "nngp(depth=12, activation=leakyRelu(slope=-0.7))",
        "nngp(depth=12, residual=true)"
      })
  void noDataLeaveTheBound(String kernel) {
    EntryProgram program = program(kernel);
    boolean[] acute = AcuteSteps.of(program, 2);
    int flags = 0;
    for (int sample = 0; sample <= 1000; sample++) {
      double s = sample / 500.0;
      for (int k = 0; k < acute.length; k++) {
        if (program.instructions().get(k) instanceof Instruction.UniformAngleLayer layer) {
          if (acute[k]) {
            flags++;
            assertThat(s).isLessThanOrEqualTo(1 + 1e-6);
          }
          double theta = Math.acos(Math.max(-1, 1 - s));
          double dual = s - layer.kappa() * (Math.sin(theta) - theta * (1 - s));
          s = layer.skip() * s + layer.keep() * dual;
        }
      }
    }
    assertThat(flags).isPositive();
  }
}
