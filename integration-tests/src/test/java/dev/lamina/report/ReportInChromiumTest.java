package dev.lamina.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.analysis.report.ReportWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Opens a report with every kind of block in a real browser and keeps pictures of it. */
class ReportInChromiumTest {
  private static final Path FOLDER = Path.of("target", "report-sample");
  private static final Path PAGE = FOLDER.resolve("report.html");

  @BeforeAll
  static void write() throws IOException {
    Files.createDirectories(FOLDER);
    ReportWriter.write(SampleReport.make(), FOLDER);
  }

  static void requireDrawn(Chromium.Page page) {
    assertThat(page.console()).isEmpty();
    assertThat(attribute(page.dom(), "data-errors")).isEmpty();
    assertThat(attribute(page.dom(), "data-drawn")).isEqualTo(attribute(page.dom(), "data-plots"));
  }

  private static String attribute(String dom, String name) {
    Matcher matcher = Pattern.compile("<html[^>]* " + name + "=\"([^\"]*)\"").matcher(dom);
    return matcher.find() ? matcher.group(1) : "";
  }

  @Test
  void everyPlotIsDrawnAndNothingGoesWrong() throws Exception {
    Chromium.Page page = Chromium.require().open(PAGE);
    requireDrawn(page);
    assertThat(attribute(page.dom(), "data-drawn")).isEqualTo("5");
    assertThat(page.dom()).doesNotContain("<title>broken");
    assertThat(Pattern.compile("class=\"main-svg\"").matcher(page.dom()).results().count())
        .isGreaterThanOrEqualTo(5);
  }

  /** Names the plots whose tools reach below the top of their legend. */
  private static final String MEASURE =
      """
      <script>
      const look = () => {
        const root = document.documentElement;
        if (root.dataset.drawn !== root.dataset.plots) { setTimeout(look, 50); return; }
        const bad = [...document.querySelectorAll('.plot')].filter((plot) => {
          const tools = plot.querySelector('.modebar');
          const legend = plot.querySelector('.legend');
          return tools && legend
            && tools.getBoundingClientRect().bottom > legend.getBoundingClientRect().top + 1;
        });
        root.dataset.legends = document.querySelectorAll('.plot .legend').length;
        root.dataset.covered = bad.map((plot) => plot.id).join(' ');
      };
      setTimeout(look);
      </script>
      """;

  @Test
  void toolsOfPlotsDoNotCoverLegends() throws Exception {
    Path measured =
        Files.writeString(
            FOLDER.resolve("measured.html"),
            Files.readString(PAGE).replace("</body>", MEASURE + "</body>"));
    Chromium.Page page = Chromium.require().open(measured, "--window-size=1200,1000");
    requireDrawn(page);
    assertThat(page.dom()).contains("data-covered=");
    assertThat(Integer.parseInt(attribute(page.dom(), "data-legends"))).isPositive();
    assertThat(attribute(page.dom(), "data-covered")).isEmpty();
  }

  /** A window is at least 500 pixels wide; a frame may be as narrow as a phone. */
  static Path phone(Path page) throws IOException {
    return Files.writeString(
        page.resolveSibling("phone.html"),
        "<body style='margin:0;background:#888'><iframe src='%s' style='border:0;width:390px;height:6500px'></iframe>"
            .formatted(page.getFileName()));
  }

  @Test
  void picturesAreKeptForPeopleToLookAt() throws Exception {
    Chromium chromium = Chromium.require();
    chromium.screenshot(PAGE, FOLDER.resolve("desktop.png"), 1280, 5200);
    chromium.screenshot(phone(PAGE), FOLDER.resolve("phone.png"), 500, 6500);
    chromium.screenshot(
        PAGE, FOLDER.resolve("dark.png"), 1280, 5200, "--blink-settings=preferredColorScheme=0");
    chromium.print(PAGE, FOLDER.resolve("report.pdf"));
    for (String name : new String[] {"desktop.png", "phone.png", "dark.png", "report.pdf"}) {
      assertThat(FOLDER.resolve(name)).isNotEmptyFile();
    }
  }
}
