package dev.lamina.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTextsTest {

  @ParameterizedTest
  @CsvSource({
    "0.97394, 4, 0.9739",
    "1.5, 5, 1.5",
    "100, 5, 100",
    "123456, 3, 123000",
    "12345678, 3, 1.23e7",
    "0.00012345, 3, 0.000123",
    "0.000012345, 3, 1.23e-5",
    "-2.5e-10, 4, -2.5e-10",
    "0, 3, 0",
    "9.9999, 2, 10",
    "NaN, 3, –",
    "Infinity, 3, ∞",
    "-Infinity, 3, −∞"
  })
  void numbersAreRoundedToSignificantDigits(double value, int digits, String text) {
    assertThat(NumberTexts.rounded(value, digits)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0.84, 0.84 s", "41.3, 41 s", "200, 3 min 20 s", "59.96, 60 s", "3600, 60 min 0 s"})
  void durationsReadWell(double seconds, String text) {
    assertThat(NumberTexts.duration(seconds)).isEqualTo(text);
  }

  @Test
  void csvHasAllDigitsAndQuotesWhatNeedsIt() {
    Table table =
        new Table(
            "t",
            "",
            "",
            List.of(Column.of("name"), Column.of("x, y", "rad"), Column.of("n")),
            List.of(
                Arrays.asList("a \"b\"", 0.1 + 0.2, 3),
                Arrays.asList("line\nbreak", Double.NaN, null)));
    assertThat(CsvText.of(table))
        .isEqualTo(
            "name,\"x, y (rad)\",n\r\n\"a \"\"b\"\"\",0.30000000000000004,3\r\n\"line\nbreak\",,\r\n");
  }

  @Test
  void numbersOfAPlotNameItsPositions() {
    Plot plot =
        new Plot(
            "p",
            "",
            "",
            "",
            Axis.named("network", List.of("2x85", "10x100")),
            Axis.linear("x", "rad"),
            List.of(
                Series.Bars.at("bars", "s", List.of(1.0, 2.0)),
                new Series.Points(
                    "points", "s", List.of(0.0), List.of(5.0), List.of(4.0), List.of(6.0))));
    assertThat(CsvText.of(Numbers.of(plot)))
        .isEqualTo(
            """
            series,network,x (rad),low (rad),high (rad)\r
            bars,2x85,1.0,,\r
            bars,10x100,2.0,,\r
            points,2x85,5.0,4.0,6.0\r
            """);
    Plot lines =
        new Plot(
            "p",
            "",
            "",
            "",
            Axis.linear("a", ""),
            Axis.linear("b", ""),
            List.of(new Series.Line("l", "s", List.of(1.0), List.of(2.0))));
    assertThat(CsvText.of(Numbers.of(lines))).isEqualTo("series,a,b\r\nl,1.0,2.0\r\n");
  }

  @Test
  void numbersOfAMapAreOneRowPerCell() {
    Heatmap map =
        new Heatmap(
            "h",
            "",
            "",
            "",
            Axis.linear("x", ""),
            Axis.linear("y", ""),
            Axis.linear("v", ""),
            List.of(1.0, 2.0),
            List.of(3.0),
            List.of(List.of(7.0, 8.0)));
    assertThat(CsvText.of(Numbers.of(map))).isEqualTo("x,y,v\r\n1.0,3.0,7.0\r\n2.0,3.0,8.0\r\n");
  }

  @Test
  void picturesArePngWithInkOnPaper() throws IOException {
    byte[] png = GreyPng.encode(3, 2, List.of(0.0, 0.5, 1.0, -3.0, 7.0, Double.NaN));
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(image.getWidth()).isEqualTo(3);
    assertThat(image.getHeight()).isEqualTo(2);
    int[] grey = image.getRaster().getSamples(0, 0, 3, 2, 0, (int[]) null);
    assertThat(grey).containsExactly(255, 128, 0, 255, 0, 255);
    assertThat(GreyPng.address(1, 1, List.of(0.0))).startsWith("data:image/png;base64,iVBORw0KGgo");
  }

  @Test
  void modelsRefuseWhatCannotBeShown() {
    Axis axis = Axis.linear("x", "");
    List<Double> one = List.of(1.0);
    assertThatThrownBy(() -> new Series.Line("l", "s", one, List.of()))
        .hasMessage(
            "series \"l\": lists must have equal lengths (edges one more) but have 1 and 0");
    assertThatThrownBy(() -> new Series.Bars("b", "s", one, one)).hasMessageContaining("1 and 2");
    assertThatThrownBy(() -> new Plot("Bad Id", "", "", "", axis, axis, List.of()))
        .hasMessageContaining("lower-case letters");
    assertThatThrownBy(() -> new Plot("id", "", "", "", axis, axis, List.of()))
        .hasMessage("plot id has no series");
    assertThatThrownBy(
            () -> new Table("t", "", "", List.of(Column.of("a")), List.of(List.of(1, 2))))
        .hasMessage("table t: row 0 must have 1 cells but has 2");
    Table table = new Table("t", "", "", List.of(), List.of());
    assertThatThrownBy(() -> new SectionView("", List.of(), List.of(table, table)))
        .hasMessage("two blocks of a section have the id t");
    assertThatThrownBy(
            () -> new Pictures("p", "", "", 2, 2, List.of(new Pictures.Picture("x", List.of(1.0)))))
        .hasMessage("picture \"x\" of p must have 2×2 pixels but has 1");
    assertThatThrownBy(() ->
            new Heatmap("h", "", "", "", axis, axis, axis, one, one, List.of(List.of(1.0, 2.0))))
        .hasMessage("heat map h must have 1 rows of 1 values");
    assertThatThrownBy(() -> Axis.linear(" ", "m")).hasMessage("an axis must have a label");
  }
}
