package dev.lamina.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.config.LaminaConfig;
import dev.lamina.cpu.CpuWorkbench;
import dev.lamina.matrix.DType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class MicroCaseTest {

  @ParameterizedTest
  @EnumSource(DType.class)
  void allWorkRunsAgainAndAgain(DType dtype) {
    try (CpuWorkbench cpu = CpuWorkbench.open(LaminaConfig.defaults().withCpuThreads(1))) {
      for (MicroWork work : MicroWork.values()) {
        try (MicroCase c = MicroCase.on(cpu.backend(), work, dtype, 5, 3)) {
          c.run();
          c.run();
          int matrices = work.kind().matrices();
          assertThat(c.bytes()).isEqualTo((double) matrices * 5 * 3 * dtype.bytes());
        }
      }
    }
  }

  @Test
  void workCanBeOpenedByItself() {
    try (MicroCase c = MicroCase.open(MicroWork.NTK_RELU, DType.FLOAT32, 4, 3)) {
      c.run();
      assertThat(c.text()).isEqualTo("ntk: relu");
    }
  }

  @Test
  void allWorkHasANameOfItsOwn() {
    assertThat(Arrays.stream(MicroWork.values()).map(MicroWork::text)).doesNotHaveDuplicates();
    assertThat(MicroWork.kernels()).hasSize(11).contains(MicroWork.NTK_ERF);
    assertThat(MicroWork.layerOperations()).hasSize(6).contains(MicroWork.SGD);
    assertThatThrownBy(MicroWork.SGD::entries).isInstanceOf(IllegalStateException.class);
  }
}
