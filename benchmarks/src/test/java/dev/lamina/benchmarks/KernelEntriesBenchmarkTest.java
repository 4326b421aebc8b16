package dev.lamina.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.backend.DeviceInfo;
import dev.lamina.matrix.DType;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KernelEntriesBenchmarkTest {
  @Test
  void figuresStandInATable() {
    var line = new KernelEntriesBenchmark.Line("gaussian()", 1.054, 0.8, 1.569, 0.99, 5.62e-7);
    var result =
        new KernelEntriesBenchmark.Result(
            new KernelEntriesBenchmark.Settings(1500, 64, 15, DType.FLOAT32), List.of(line));
    DeviceInfo device = new DeviceInfo("Fast 9000", 1 << 30, 1, "512-bit");
    assertThat(
            KernelEntriesBenchmark.markdown(result, device, LocalDate.of(2026, 11, 21)).split("\n"))
        .containsExactly(
            "N = 1500, d = 64, float32, 15 rounds in turn; Fast 9000, 1 thread(s) (512-bit), 2026-11-21.",
            "",
            "| kernel | ns per entry and layer | smallest – largest | heap bytes | error |",
            "| --- | --- | --- | --- | --- |",
            "| gaussian() | 1.05 | 0.80 – 1.57 | 0.99 | 5.6e-07 |");
  }
}
