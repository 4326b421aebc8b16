package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.Lamina;
import dev.lamina.benchmarks.TrainingStepBenchmark;
import dev.lamina.benchmarks.TrainingStepBenchmark.Settings;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TrainingStepBenchmarkSmokeTest {

  @Test
  void everyNetworkTakesAFewSteps() {
    List<String> said = new ArrayList<>();
    try (Lamina lamina =
        Lamina.open(LaminaConfig.defaults().withBackend(BackendChoice.CPU).withCpuThreads(1))) {
      TrainingStepBenchmark.Result result =
          TrainingStepBenchmark.run(lamina.backend(), new Settings(1, false, 0.01), said::add);
      assertThat(result.lines())
          .hasSameSizeAs(said)
          .allSatisfy(line -> {
            assertThat(line.step().median()).isPositive();
            assertThat(line.torch()).isEmpty();
          });
    }
  }
}
