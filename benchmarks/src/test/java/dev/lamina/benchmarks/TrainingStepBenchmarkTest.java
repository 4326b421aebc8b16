package dev.lamina.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.backend.DeviceInfo;
import dev.lamina.benchmarks.FcKernelBenchmark.Seconds;
import dev.lamina.benchmarks.TrainingStepBenchmark.Case;
import dev.lamina.benchmarks.TrainingStepBenchmark.Line;
import dev.lamina.benchmarks.TrainingStepBenchmark.Result;
import dev.lamina.benchmarks.TrainingStepBenchmark.Settings;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class TrainingStepBenchmarkTest {
  private static final Case SMALL = new Case("4-3-2", List.of(4, 3, 2), 5, 7);

  /** Three products of 2·5·3·2 flops behind the first layer, two of 2·5·4·3 in it. */
  @Test
  void flopsAreThoseOfTheProducts() {
    assertThat(SMALL.flops()).isCloseTo(3 * 60 + 2 * 120, within(0.0));
  }

  @Test
  void figuresStandInATable() {
    Line alone =
        new Line(
            SMALL,
            Seconds.of(List.of(1e-5, 2e-5, 4e-5)),
            10,
            1.25,
            Optional.empty(),
            OptionalDouble.empty());
    Line beside =
        new Line(
            SMALL,
            Seconds.of(List.of(2e-5)),
            10,
            1.25,
            Optional.of(Seconds.of(List.of(5e-5))),
            OptionalDouble.of(2.5));
    Result result =
        new Result(
            new Settings(3, true, 1), Optional.of("PyTorch 2, BLAS"), List.of(alone, beside));
    DeviceInfo device = new DeviceInfo("Fast 9000", 1 << 30, 2, "512-bit");
    assertThat(
            TrainingStepBenchmark.markdown(result, device, LocalDate.of(2026, 11, 21)).split("\n"))
        .contains(
            "Rival: PyTorch 2, BLAS, as many threads.",
            "| 4-3-2 | 5 | 20 | 10 – 40 | 10.0 | 1.3 |  |  |",
            "| 4-3-2 | 5 | 20 | 20 – 20 | 10.0 | 1.3 | 50 | 2.50 |");
  }
}
