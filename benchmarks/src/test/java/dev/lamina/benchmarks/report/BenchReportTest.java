package dev.lamina.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Report;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import dev.lamina.benchmarks.BackendResult;
import dev.lamina.benchmarks.BenchResult;
import dev.lamina.benchmarks.Ceilings;
import dev.lamina.benchmarks.Circumstances;
import dev.lamina.benchmarks.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BenchReportTest {

  @TempDir private Path folder;

  private static Stream<Block> blocks(Report report, String section) {
    return report.sections().stream()
        .filter(s -> s.name().equals(section))
        .flatMap(s -> s.view().orElseThrow().blocks().stream());
  }

  private static Optional<Plot> plot(Report report, String section, String id) {
    return blocks(report, section)
        .filter(Plot.class::isInstance)
        .map(Plot.class::cast)
        .filter(p -> p.id().equals(id))
        .findFirst();
  }

  private static <T extends Series> List<T> series(Plot plot, Class<T> kind) {
    return plot.series().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  @Test
  void sectionsFollowTheSuitesAndFailuresAreInTheOpen() {
    Report report = BenchPage.of(Samples.full());
    assertThat(report.sections())
        .extracting(Report.Section::name)
        .containsExactly(
            "targets",
            "cpu",
            "cpu-gram",
            "cpu-depth-sweep",
            "cpu-transfer",
            "cuda",
            "cuda-gram",
            "cuda-problem-1");
    assertThat(report.sections().getLast().failure())
        .contains("solve: the <device> is out of memory");
  }

  /** At 2 TFLOP/s·10⁻¹ and 200 operations per byte: rate 200 GFLOP/s, 167 at the slowest. */
  @Test
  void rooflinePutsEachFigureAtItsRateAndIntensity() {
    Plot plot = plot(BenchPage.of(Samples.full()), "cpu", "roofline").orElseThrow();
    Series.Points own = series(plot, Series.Points.class).getFirst();
    assertThat(own.name()).isEqualTo("gram");
    assertThat(own.x()).containsOnly(200.0);
    assertThat(own.y()).allSatisfy(y -> assertThat(y).isCloseTo(200, within(1e-9)));
    assertThat(own.low().getFirst()).isCloseTo(200 / 1.2, within(1e-9));
    assertThat(own.high().getFirst()).isCloseTo(200 / 0.9, within(1e-9));
    assertThat(own.labels().getLast())
        .isEqualTo("lower triangle, float32, N=4000, d=784: 160 ms, 50 % of ceiling");
    assertThat(series(plot, Series.Points.class))
        .extracting(Series.Points::name)
        .containsExactly("gram", "numpy", "depth-sweep");
  }

  /** The slope meets the roof of 400 GFLOP/s at 400/20 operations per byte. */
  @Test
  void roofsMeetTheSlopeOfTheBandwidth() {
    Plot plot = plot(BenchPage.of(Samples.full()), "cpu", "roofline").orElseThrow();
    List<Series.Line> lines = series(plot, Series.Line.class);
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0).x().getLast()).isCloseTo(20, within(1e-9));
    assertThat(lines.get(0).y().getLast()).isCloseTo(400, within(1e-9));
    assertThat(lines.get(0).y().getFirst() / lines.get(0).x().getFirst())
        .isCloseTo(20, within(1e-9));
    assertThat(lines.get(1).x().getFirst()).isCloseTo(20, within(1e-9));
    assertThat(lines.get(1).y()).containsOnly(400.0);
    assertThat(lines.get(2).x().getFirst()).isCloseTo(10, within(1e-9));
    assertThat(lines.get(2).y()).containsOnly(200.0);
  }

  @Test
  void timesAgainstSizesHaveSpreadsAndFloors() {
    Report report = BenchPage.of(Samples.full());
    Plot plot = plot(report, "cpu-gram", "time-against-n").orElseThrow();
    assertThat(plot.x().logarithmic() && plot.y().logarithmic()).isTrue();
    Series.Points own = series(plot, Series.Points.class).getFirst();
    assertThat(own.name()).isEqualTo("lower triangle");
    assertThat(own.x()).containsExactly(1000.0, 2000.0, 4000.0);
    assertThat(own.y().getFirst()).isCloseTo(10, within(1e-9));
    assertThat(own.low().getFirst()).isCloseTo(9, within(1e-9));
    assertThat(own.high().getFirst()).isCloseTo(12, within(1e-9));
    Series.Line floor = series(plot, Series.Line.class).getFirst();
    assertThat(floor.subject()).isEqualTo(own.subject());
    assertThat(floor.y().getFirst()).isCloseTo(5, within(1e-9));
    Plot depths = plot(report, "cpu-depth-sweep", "time-against-l").orElseThrow();
    assertThat(series(depths, Series.Points.class).getFirst().x()).containsExactly(1.0, 2.0, 8.0);
  }

  @Test
  void oneSizeIsNoSweep() {
    Report report = BenchPage.of(Samples.full());
    assertThat(plot(report, "cpu-depth-sweep", "time-against-n")).isEmpty();
    assertThat(blocks(report, "cpu-transfer")).hasSize(2).allMatch(Table.class::isInstance);
  }

  @Test
  void columnsWithoutNumbersAreLeftOut() {
    List<Figure> figures = List.of(Samples.bare("solve", "x", Map.of(), 2));
    assertThat(FigureTable.of(figures).columns())
        .extracting(c -> c.name())
        .containsExactly("work", "by", "median");
    assertThat(FigureTable.details(figures, RateUnit.GIGA).columns())
        .extracting(c -> c.name())
        .containsExactly("work", "by", "fastest", "slowest", "rounds");
  }

  @Test
  void sizesThatWereMeasuredAreTheTicksOfTheirAxis() {
    Plot plot = plot(BenchPage.of(Samples.full()), "cpu-gram", "time-against-n").orElseThrow();
    assertThat(
            Pattern.compile("text-anchor=\"middle\">([0-9e]+)<")
                .matcher(PlotSvg.of(plot))
                .results()
                .map(m -> m.group(1)))
        .containsExactly("1000", "2000", "4000");
  }

  @Test
  void errorsOfFloat64AgainstTheSameArithmeticAreLeftOut() {
    Figure bare = Samples.figure("kernel", "w", "lamina", Map.of(), 2);
    Figure wide =
        new Figure(
            "kernel",
            "w",
            "lamina",
            "float64",
            Map.of(),
            bare.milliseconds(),
            bare.operations(),
            bare.bytes(),
            bare.ceilingShare(),
            bare.floorMilliseconds(),
            bare.error(),
            bare.parallelError(),
            0,
            List.of(),
            Map.of(),
            "");
    assertThat(errors("the same backend in float64", bare, wide)).containsExactly(true, false);
    assertThat(errors("the cpu backend in float64", bare, wide)).containsExactly(true, true);
  }

  private static List<Boolean> errors(String reference, Figure... figures) {
    BackendResult backend =
        new BackendResult(
            "cpu",
            "d",
            "",
            1,
            false,
            "",
            reference,
            Ceilings.UNKNOWN,
            Map.of(),
            List.of(figures),
            List.of());
    return OwnErrors.leftOut(backend).figures().stream()
        .map(f -> f.error().isPresent() && f.parallelError().isPresent())
        .toList();
  }

  @Test
  void nothingOfAnEarlierReportStays() throws IOException {
    BenchReport.write(Samples.full(), folder);
    assertThat(folder.resolve("svg/cpu-gram-time-against-n.svg")).exists();
    Path notes = Files.writeString(folder.resolve("csv/notes.txt"), "mine");
    BenchReport.write(Samples.result(List.of(), List.of()), folder);
    assertThat(folder.resolve("svg")).isEmptyDirectory();
    assertThat(folder.resolve("csv")).isDirectoryContaining(notes::equals);
    assertThat(folder.resolve("csv/cpu-gram-figures.csv")).doesNotExist();
  }

  @Test
  void elevenKindsOfPointsLookDifferentInAPicture() {
    List<Figure> figures = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      figures.add(Samples.figure("s" + i, "w", "lamina", Map.of(), 2));
    }
    String svg = PlotSvg.of(Roofline.of(Samples.cpu(figures)).orElseThrow());
    assertThat(
            Pattern.compile("(m[^\"]*z\" fill=\"#[0-9a-f]+)\"/>")
                .matcher(svg)
                .results()
                .map(m -> m.group(1)))
        .hasSize(11)
        .doesNotHaveDuplicates()
        .noneMatch(mark -> mark.contains("#666666"));
    assertThat(svg).contains("stroke-dasharray=\"9 4\"", "stroke-dasharray=\"3 3\"");
  }

  @Test
  void headlinesNameWorkAndTypeOnce() {
    List<Figure> figures =
        List.of(
            Samples.figure("gram", "lower triangle, mirrored", "lamina", Map.of(), 2),
            Samples.figure("gram", "lower triangle, mirrored", "numpy", Map.of(), 6),
            Samples.figure("kernel", "Gram matrix", "lamina", Map.of(), 2));
    Report report = BenchPage.of(Samples.result(List.of(Samples.cpu(figures)), List.of()));
    assertThat(
            report.sections().stream()
                .filter(s -> s.name().equals("cpu"))
                .flatMap(s -> s.view().orElseThrow().headlines().stream()))
        .extracting(h -> h.label())
        .containsExactly("Gram matrix, float32");
  }

  @Test
  void emulatedDevicesAreMarkedWhereverTimesStand() {
    Report report = BenchPage.of(Samples.full());
    assertThat(report.sections().stream().filter(s -> s.name().startsWith("cuda")))
        .filteredOn(s -> s.view().isPresent())
        .hasSize(2)
        .allSatisfy(s ->
            assertThat(s.view().orElseThrow().introduction())
                .startsWith("The processor imitated this device"));
    assertThat(report.origin().circumstances()).contains("EMULATED: times mean nothing");
  }

  @Test
  void allFilesAreWritten() throws IOException {
    Path out = folder.resolve("a/b");
    BenchReport.write(Samples.full(), out);
    assertThat(ResultFile.read(out)).isEqualTo(Samples.full());
    String page = Files.readString(out.resolve("report.html"));
    assertThat(page).contains("Lamina benchmark", "Benchmark on Fast 9000", "NumPy 3, BLAS 4");
    assertThat(page).contains("1 of 8 sections failed", "the &lt;device&gt; is out of memory");
    assertThat(Pattern.compile("(?:src|href)=\"(?!#|data:)").matcher(page).find()).isFalse();
    String text = Files.readString(out.resolve("report.md"));
    assertThat(text)
        .contains(
            "![Roofline](svg/cpu-roofline.svg)",
            "**Failed:** solve: the &lt;device> is out of memory",
            "| cpu | Cholesky | ≥ 90 | 83 | % of dpotrf | no |",
            "| cuda | N = 60,000 | ≤ 60 |  | ms | not measured |  |",
            "| lower triangle, float32; N=4000, d=784 | lamina | 160 | 50 |",
            "| lower triangle, float32; N=4000, d=784 | lamina | 144 | 192 | 5 | 200 |");
    assertThat(out.resolve("svg/cpu-roofline.svg")).content().startsWith("<svg ");
    assertThat(out.resolve("csv/cpu-gram-figures.csv")).isNotEmptyFile();
  }

  @Test
  void circumstancesStandAmongTheFactsAndABusyMachineOnTheFirstScreen() throws IOException {
    BenchReport.write(Samples.full(), folder);
    assertThat(folder.resolve("report.md"))
        .content()
        .contains(
            "- Load average: 0.75 at the beginning, 1.5 at the end",
            "- Option suites: gram, depth-sweep",
            "- OPENBLAS_CORETYPE: Haswell")
        .doesNotContain("other programs");
    BenchResult busy =
        Samples.under(
            new Circumstances(Map.of(), Map.of(), OptionalDouble.of(3), OptionalDouble.empty()));
    String warning = "other programs were running: the load average at the beginning was 3.00";
    BenchReport.write(busy, folder);
    assertThat(folder.resolve("report.md"))
        .content()
        .contains("Warning: " + warning, "- Load average: 3 at the beginning, unknown at the end");
    assertThat(folder.resolve("report.html")).content().contains(warning);
    assertThat(BenchReadme.text(busy)).contains(warning);
  }

  @Test
  void aResultWithoutAnythingIsAPageToo() throws IOException {
    BackendResult nothing =
        new BackendResult(
            "cpu", "d", "", 1, false, "", "", Ceilings.UNKNOWN, Map.of(), List.of(), List.of());
    for (BenchResult result :
        List.of(
            Samples.result(List.of(), List.of()), Samples.result(List.of(nothing), List.of()))) {
      BenchReport.write(result, folder);
      assertThat(folder.resolve("report.html")).content().contains("This run had no targets.");
      assertThat(ResultFile.read(folder)).isEqualTo(result);
    }
    assertThat(folder.resolve("report.md"))
        .content()
        .contains("No rivals were asked for.", "Nothing was measured on this backend.");
  }

  @Test
  void figuresWithoutCeilingsStandInARooflineWithoutRoofs() {
    List<Figure> figures = Samples.figures();
    BackendResult cpu =
        new BackendResult(
            "cpu", "d", "", 1, false, "", "", Ceilings.UNKNOWN, Map.of(), figures, List.of());
    Plot plot =
        plot(BenchPage.of(Samples.result(List.of(cpu), List.of())), "cpu", "roofline")
            .orElseThrow();
    assertThat(series(plot, Series.Line.class)).isEmpty();
    assertThat(PlotSvg.of(plot)).contains("m-4 0a4");
  }

  @Test
  void explanationsStandBesideTargetsThatAreNotMetAlone() {
    Shortfalls notes =
        Shortfalls.of(
            "# c\n\ncpu | Cholesky | solves | are slow\ncpu | both kernels | x\ncuda | N = 60,000 | Not run");
    List<String> shown = Samples.full().targets().stream().map(notes::of).toList();
    assertThat(shown).containsExactly("", "solves | are slow", "Not run");
    assertThatThrownBy(() -> Shortfalls.of("\ncpu | half"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("line 2: expected backend | work | explanation");
    assertThat(Shortfalls.known()).isNotNull();
  }
}
