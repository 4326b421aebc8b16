package dev.lamina.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.analysis.report.Json;
import dev.lamina.backend.Availability;
import dev.lamina.config.LaminaConfig;
import dev.lamina.cuda.CudaWorkbench;
import dev.lamina.cuda.EmulatedBackendProvider;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The whole suite on the emulated device. */
class DeviceSuiteTest {
  private static final LaminaConfig CONFIG = LaminaConfig.defaults();

  @BeforeAll
  @SuppressWarnings("SystemOut") // a skipped test must be seen
  static void requireEmulation() {
    if (new EmulatedBackendProvider(1, 1, 0).probe(CONFIG) instanceof Availability.Unavailable u) {
      System.out.println("SKIPPED: " + u.detail());
      Assumptions.abort(u.detail());
    }
  }

  private static DeviceResult run(long memory, List<String> progress) {
    try (CudaWorkbench bench = CudaWorkbench.emulated(CONFIG, memory)) {
      return DeviceSuite.run(bench, CONFIG, DeviceSettings.tiny(), progress::add);
    }
  }

  @Test
  void everySectionHasFiguresWithRatesAndErrors() {
    List<String> progress = new ArrayList<>();
    DeviceResult result = run(64 << 20, progress);
    assertThat(result.problems()).isEmpty();
    assertThat(result.figures().stream().map(Figure::section).distinct())
        .containsExactly(
            "ceilings",
            "NNGP and tangent kernel",
            "Gram matrix",
            "kernel matrix times vectors",
            "depth sweep",
            "Cholesky");
    for (Figure figure : result.figures()) {
      assertThat(figure.milliseconds().median()).as(figure.work()).isPositive();
      assertThat(figure.milliseconds().rounds()).as(figure.work()).isEqualTo(2);
      assertThat(figure.teraflops().isPresent()).isNotEqualTo(figure.gigabytes().isPresent());
      if (figure.teraflops().isPresent()) {
        double allowed = figure.work().contains("TF32 (reduced") ? 1e-2 : 1e-5;
        assertThat(figure.error().orElseThrow()).as(figure.work()).isBetween(0.0, allowed);
      }
      if (figure.section().equals("NNGP and tangent kernel")) {
        assertThat(figure.parallelError()).as(figure.work()).isPresent();
        assertThat(figure.launches()).as(figure.work()).isNotEmpty();
        assertThat(figure.peakBytes()).isGreaterThan(2L * 4 * 150 * 150);
      }
    }
    assertThat(progress).hasSizeGreaterThan(result.figures().size());
    assertThat(DeviceReport.markdown(result, LocalDate.EPOCH))
        .contains(
            "EMULATED",
            "| fused, 3×TF32 (separate takes ",
            " | N=150 d=24 L=3 | ",
            "gram_f32_uniform")
        .doesNotContain("NaN", "FAILED");
    assertThat(Json.write(result)).contains("\"emulated\" : true");
  }

  @Test
  void sizesShrinkWithTheMemory() {
    DeviceResult result = run(300_000, new ArrayList<>());
    assertThat(result.problems()).isEmpty();
    assertThat(result.figures()).anyMatch(f -> f.note().contains("N reduced from 150: memory"));
  }

  @Test
  void aSectionThatFailsIsReported() {
    DeviceResult result = run(9_000, new ArrayList<>());
    assertThat(result.problems()).isNotEmpty();
    assertThat(DeviceReport.markdown(result, LocalDate.EPOCH)).contains("## FAILED");
  }
}
