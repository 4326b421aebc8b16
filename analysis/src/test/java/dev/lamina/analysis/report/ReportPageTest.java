package dev.lamina.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.config.LaminaConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {
  private static final String HOSTILE = "</script><img src=x onerror=alert(1)>&\"'";
  private static final Provenance MADE =
      new Provenance(
          "1",
          "25",
          "os",
          "cpu",
          HOSTILE,
          "float32",
          7,
          "2026-01-01T00:00:00Z",
          3,
          LaminaConfig.defaults().settings(),
          HOSTILE,
          HOSTILE);

  private static Report.Section section(String name, int headlines, Block... blocks) {
    List<Headline> list = new ArrayList<>();
    for (int i = 0; i < headlines; i++) {
      list.add(new Headline(name + i, HOSTILE, HOSTILE));
    }
    return new Report.Section(
        name,
        HOSTILE,
        Optional.of(new SectionView(HOSTILE, list, List.of(blocks))),
        Optional.empty(),
        1,
        false);
  }

  private static Plot plot() {
    return new Plot(
        "p",
        HOSTILE,
        HOSTILE,
        HOSTILE,
        Axis.linear(HOSTILE, ""),
        Axis.linear("y", ""),
        List.of(new Series.Line(HOSTILE, HOSTILE, List.of(1.0), List.of(Double.NaN))));
  }

  private static Table table() {
    return new Table(
        "t", HOSTILE, HOSTILE, List.of(Column.of(HOSTILE)), List.of(List.of((Object) HOSTILE)));
  }

  @Test
  void noTextOfTheReportBecomesMarkup() {
    Pictures pictures =
        new Pictures(
            "i", HOSTILE, HOSTILE, 1, 1, List.of(new Pictures.Picture(HOSTILE, List.of(1.0))));
    Report report =
        new Report(
            HOSTILE,
            HOSTILE,
            List.of(section("a", 2, plot(), table(), pictures, new Note(HOSTILE))),
            MADE);
    String page = ReportPage.of(report);
    assertThat(page).doesNotContain("<img src=x");
    // One style, data, the packed library, the script, and nothing that a text has opened or
    // closed.
    assertThat(Pattern.compile("<script").matcher(page).results().count()).isEqualTo(3);
    assertThat(Pattern.compile("</script>").matcher(page).results().count()).isEqualTo(3);
  }

  @Test
  void nothingIsLoadedFromAnywhere() {
    String page = ReportPage.of(new Report("t", "s", List.of(section("a", 1, plot())), MADE));
    assertThat(page.contains("content=\"default-src &#x27;none&#x27;;")).isTrue();
    assertThat(Pattern.compile("(?:src|href)=\"(?!#|data:)").matcher(page).find()).isFalse();
    assertThat(page.length()).isLessThan(5_000_000);
  }

  @Test
  void aPageWithoutPlotsCarriesNoLibrary() {
    String page = ReportPage.of(new Report("t", "s", List.of(section("a", 1, table())), MADE));
    assertThat(page.length()).isLessThan(60_000);
  }

  @Test
  void failuresStandOnTheFirstScreen() {
    Report.Section failed =
        new Report.Section("b", "B", Optional.empty(), Optional.of("it <broke>"), 0, false);
    String page = ReportPage.of(new Report("t", "s", List.of(section("a", 1), failed), MADE));
    assertThat(page)
        .contains("1 of 2 sections failed; the others are complete.", "B: it &lt;broke&gt;");
    assertThat(page.indexOf("B: it")).isLessThan(page.indexOf("class=\"headlines\""));
  }

  @Test
  void everySectionHasItsShareOfTenHeadlines() {
    String page =
        ReportPage.of(
            new Report("t", "s", List.of(section("a", 4), section("b", 4), section("c", 4)), MADE));
    String list = page.substring(page.indexOf("class=\"headlines\""));
    list = list.substring(0, list.indexOf("</ul>"));
    assertThat(Pattern.compile(">([abc]\\d)<").matcher(list).results().map(m -> m.group(1)))
        .containsExactly("a0", "a1", "a2", "a3", "b0", "b1", "b2", "c0", "c1", "c2");
  }

  @Test
  void equalSubjectsHaveOneColour() {
    Report report =
        new Report("t", "s", List.of(section("a", 0, plot()), section("b", 0, plot())), MADE);
    PlotData data = PlotData.of(report);
    assertThat(data.plots()).extracting(PlotData.Entry::id).containsExactly("a-p", "b-p");
    assertThat(data.subjects()).containsOnlyKeys(HOSTILE).containsValue(0);
  }

  @Test
  void longTablesAreCutOnThePageAndWholeInTheFile(@TempDir Path folder) throws IOException {
    List<List<Object>> rows = new ArrayList<>();
    for (int i = 0; i < 501; i++) {
      rows.add(List.of(i));
    }
    Table table = new Table("long", "", "", List.of(Column.of("n")), rows);
    Report report = new Report("t", "s", List.of(section("a", 0, table, plot())), MADE);
    ReportWriter.write(report, folder);
    assertThat(Files.readString(folder.resolve("report.html")))
        .contains("The first 500 of 501 rows; csv/a-long.csv has all.");
    assertThat(Files.readAllLines(folder.resolve("csv/a-long.csv"))).hasSize(502);
    assertThat(folder.resolve("csv/a-p.csv")).isNotEmptyFile();
  }
}
