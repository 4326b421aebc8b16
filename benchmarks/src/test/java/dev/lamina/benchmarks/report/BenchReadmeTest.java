package dev.lamina.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.benchmarks.BenchResult;
import dev.lamina.benchmarks.Figure;
import dev.lamina.benchmarks.Ratio;
import dev.lamina.io.FileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BenchReadmeTest {
  private static final String MARKED =
      "a\n<!-- benchmark:begin -->\nold\n<!-- benchmark:end -->\nb\n";

  @TempDir private Path folder;

  @Test
  void replacesOnlyWhatStandsBetweenTheMarkers() throws IOException {
    Path file = Files.writeString(folder.resolve("README.md"), MARKED);
    BenchReadme.update(file, Samples.full());
    assertThat(file)
        .hasContent(MARKED.replace("old", BenchReadme.text(Samples.full())).stripTrailing());
    String once = Files.readString(file);
    BenchReadme.update(file, Samples.full());
    assertThat(file).hasContent(once);
  }

  @Test
  void filesWithoutMarkersOrResultsWithoutFiguresAreRefusedAndKept() throws IOException {
    Path file = Files.writeString(folder.resolve("README.md"), "text");
    assertThatThrownBy(() -> BenchReadme.update(file, Samples.full()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no markers");
    assertThat(file).hasContent("text");
    Path marked = Files.writeString(folder.resolve("marked.md"), MARKED);
    BenchResult emulated = Samples.result(List.of(Samples.emulated()), List.of());
    assertThatThrownBy(() -> BenchReadme.update(marked, emulated))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nothing to show");
    assertThat(marked).hasContent(MARKED.stripTrailing());
    assertThatThrownBy(() -> BenchReadme.update(folder.resolve("x.md"), Samples.full()))
        .isInstanceOf(FileException.class);
  }

  @Test
  void theLargestOfEachWorkStandsBesideMachineDateAndRivals() {
    assertThat(BenchReadme.text(Samples.full()).lines())
        .containsExactly(
            "cpu: Fast 9000, 2 threads (512-bit vectors) on Fast 9000, JVM 25; products by OpenBLAS 1, float32 400 GFLOP/s, float64 200 GFLOP/s, copy 20 GB/s; numpy: NumPy 3, BLAS 4. Lamina 0.1, 2026-11-21.",
            "",
            "| work | sizes | type | median ms | fastest – slowest | rate | of ceiling | error | rivals |",
            "| --- | --- | --- | ---: | --- | --- | --- | --- | --- |",
            "| lower triangle | N=4000, d=784 | float32 | 160 | 144 – 192 | 200 GFLOP/s | 50 % | 2e-7 | numpy takes 4 × |",
            "| nngp | N=1000, L=8 | float32 | 18 | 16.2 – 21.6 | 200 GFLOP/s | 50 % | 2e-7 |  |",
            "",
            "Targets met: 1 of 2 that were measured.");
  }

  private static Map<String, Double> rivals(Figure own, Figure rival) {
    return Contest.telling(Samples.cpu(List.of(rival, own))).getFirst().rivals();
  }

  @Test
  void ratiosOfRoundsComeBeforeRatiosOfMedians() {
    Map<String, Long> sizes = Samples.sizes("N", 9);
    Figure own = Samples.figure("gram", "w", "lamina", sizes, 10);
    Figure rival = Samples.figure("gram", "w", "numpy", sizes, 30);
    assertThat(rivals(own, rival)).containsEntry("numpy", 3.0);
    assertThat(rivals(own, Samples.withRatio(rival, new Ratio("lamina", 2.5, 2, 3))))
        .containsEntry("numpy", 2.5);
    assertThat(rivals(Samples.withRatio(own, new Ratio("numpy", 0.5, 0.4, 0.6)), rival))
        .containsEntry("numpy", 2.0);
    Figure elsewhere = Samples.figure("gram", "w", "numpy", Samples.sizes("N", 8), 30);
    assertThat(rivals(own, elsewhere)).isEmpty();
  }

  @Test
  void atMostThreeOfASuiteThoseWithRivalsFirst() {
    List<Figure> figures =
        List.of(
            Samples.figure("gram", "a", "lamina", Map.of(), 50),
            Samples.figure("gram", "b", "lamina", Map.of(), 40),
            Samples.figure("gram", "c", "lamina", Map.of(), 30),
            Samples.figure("gram", "d", "lamina", Map.of(), 20),
            Samples.figure("gram", "d", "numpy", Map.of(), 20),
            Samples.bare("gram", "e", Map.of(), 60),
            Samples.figure("ceilings", "product", "lamina", Map.of(), 70));
    assertThat(Contest.telling(Samples.cpu(figures)))
        .extracting(c -> c.figure().work())
        .containsExactly("d", "a", "b");
  }
}
