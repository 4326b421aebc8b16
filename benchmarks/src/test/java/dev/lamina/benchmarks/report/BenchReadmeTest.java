package dev.lamina.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.benchmarks.BenchResult;
import dev.lamina.benchmarks.Figure;
import dev.lamina.benchmarks.Ratio;
import dev.lamina.benchmarks.Spread;
import dev.lamina.io.FileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
  void otherBytesAndSeveralPairsOfMarkersAreRefusedAndKept() throws IOException {
    Path file = folder.resolve("README.md");
    byte[] latin = (MARKED + "é").getBytes(StandardCharsets.ISO_8859_1);
    Files.write(file, latin);
    assertThatThrownBy(() -> BenchReadme.require(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(file + " is no text in UTF-8");
    assertThat(file).hasBinaryContent(latin);
    for (String more : List.of(MARKED, "<!-- benchmark:begin -->", "<!-- benchmark:end -->")) {
      Files.writeString(file, MARKED + more);
      assertThatThrownBy(() -> BenchReadme.update(file, Samples.full()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(file + " has more than one marker");
      assertThat(Files.readString(file)).isEqualTo(MARKED + more);
    }
  }

  @Test
  void targetsAndTheLargestOfEachWorkStandBelowMachineDateAndRivals() {
    List<Figure> figures = new ArrayList<>();
    for (int n : new int[] {1000, 4000}) {
      Figure gram =
          Samples.figure("gram", "lower triangle, mirrored", "lamina", Samples.sizes("N", n), n);
      figures.add(Samples.withRatio(gram, new Ratio("library", 0.8, 0.7, 0.9)));
      figures.add(
          Samples.figure(
              "gram", "lower triangle, mirrored", "numpy", Samples.sizes("N", n), 4.0 * n));
    }
    figures.add(Samples.figure("kernel", "Gram matrix", "lamina", Samples.sizes("N", 9000), 7));
    figures.add(
        Samples.figure("kernel", "entries of gaussian", "lamina", Samples.sizes("N", 9), 5));
    BenchResult result =
        Samples.result(List.of(Samples.cpu(figures)), Samples.full().targets().subList(0, 2));
    assertThat(BenchReadme.text(result).lines())
        .containsExactly(
            "Lamina 0.1 on Fast 9000, 2 cores, JVM 25, 2026-11-21.",
            "",
            "| target | wanted | measured | in | met |",
            "| --- | --- | ---: | --- | --- |",
            "| both kernels | ≤ 1.35 | 1.2 | × the Gram matrix | yes |",
            "| Cholesky | ≥ 90 | 83 | % of dpotrf | no |",
            "",
            "cpu: 2 threads, 512-bit vectors; products by OpenBLAS 1, float32 400 GFLOP/s, float64 200 GFLOP/s, copy 20 GB/s; numpy: NumPy 3, BLAS 4.",
            "",
            "| work | median ms | fastest – slowest | of ceiling | beside | error | error, parallel inputs |",
            "| --- | ---: | --- | --- | --- | --- | --- |",
            "| Gram matrix, float32; N=4000 | 4000 | 3600 – 4800 | 50 % | 0.8 × library; numpy takes 4 × | 2e-7 | 3e-6 |");
  }

  private static Map<String, Contest.Rival> rivals(Figure own, Figure rival) {
    return Contest.telling(Samples.cpu(List.of(rival, own))).getFirst().rivals();
  }

  private static void assertTimes(Map<String, Contest.Rival> rivals, double times) {
    assertThat(rivals.get("numpy").times()).isEqualTo(times);
  }

  @Test
  void ratiosOfRoundsComeBeforeRatiosOfMedians() {
    Map<String, Long> sizes = Samples.sizes("N", 9);
    Figure own = Samples.figure("gram", "Gram matrix", "lamina", sizes, 10);
    Figure rival = Samples.figure("gram", "Gram matrix", "numpy", sizes, 30);
    assertTimes(rivals(own, rival), 3);
    assertTimes(rivals(own, Samples.withRatio(rival, new Ratio("lamina", 2.5, 2, 3))), 2.5);
    assertTimes(rivals(Samples.withRatio(own, new Ratio("numpy", 0.5, 0.4, 0.6)), rival), 2);
    Figure elsewhere = Samples.figure("gram", "Gram matrix", "numpy", Samples.sizes("N", 8), 30);
    assertThat(rivals(own, elsewhere)).isEmpty();
  }

  @Test
  void ratiosOfFewOrUnequalRoundsAreMarked() {
    Figure own = Samples.figure("gram", "Gram matrix", "lamina", Map.of(), 10);
    assertThat(text(own, new Contest.Rival(4, 5, 1.9))).isEqualTo("numpy takes 4 ×");
    assertThat(text(own, new Contest.Rival(4, 5, 2.1))).isEqualTo("numpy takes ~4 ×");
    assertThat(text(own, new Contest.Rival(4, 2, 1))).isEqualTo("numpy takes ~4 × (few rounds)");
  }

  @Test
  void marksAreExplainedWhereTheyStand() {
    Figure sure = Samples.figure("gram", "Gram matrix", "numpy", Map.of(), 30);
    Figure own = Samples.figure("gram", "Gram matrix", "lamina", Map.of(), 10);
    Figure once =
        new Figure(
            "gram",
            "Gram matrix",
            "numpy",
            "float32",
            Map.of(),
            new Spread(30, 30, 30, 1),
            sure.operations(),
            sure.bytes(),
            sure.ceilingShare(),
            sure.floorMilliseconds(),
            sure.error(),
            sure.parallelError(),
            0,
            List.of(),
            Map.of(),
            "");
    assertThat(readme(own, sure)).contains("numpy takes 3 ×").doesNotContain("~");
    assertThat(readme(own, once))
        .contains("numpy takes ~3 × (few rounds)", "~: fewer than three rounds");
  }

  private static String readme(Figure... figures) {
    return BenchReadme.text(Samples.result(List.of(Samples.cpu(List.of(figures))), List.of()));
  }

  private static String text(Figure own, Contest.Rival rival) {
    return new Contest(own, Map.of("numpy", rival)).text();
  }

  @Test
  void eachTrainingStepIsShownAndNoOtherPartOfThem() {
    List<Figure> figures =
        List.of(
            Samples.figure("layer-step", "training step of a", "lamina", Map.of(), 5),
            Samples.figure("layer-step", "relu forward", "lamina", Map.of(), 4),
            Samples.figure("layer-step", "training step of b", "lamina", Map.of(), 3),
            Samples.figure("layer-step", "training step of b", "numpy", Map.of(), 2),
            Samples.figure("kernel", "Gram matrix", "lamina", Map.of(), 5),
            Samples.figure("ceilings", "product", "lamina", Map.of(), 70));
    assertThat(Contest.telling(Samples.cpu(figures)))
        .extracting(Contest::work)
        .containsExactly("Gram matrix", "training step of a", "training step of b");
  }
}
