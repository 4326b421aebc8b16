package dev.lamina.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class JsonTest {

  record Everything(
      double plain,
      Double boxed,
      List<Double> list,
      Optional<String> text,
      OptionalDouble number,
      Kernel kernel,
      Activation activation,
      DType dtype) {}

  @Test
  void nanAndInfinitiesAreNullAndTextsAreTexts() {
    Everything value =
        new Everything(
            0.1,
            Double.NaN,
            Arrays.asList(1e-300, Double.POSITIVE_INFINITY, -0.0),
            Optional.empty(),
            OptionalDouble.empty(),
            Kernel.parse("2*ntk(depth=3)"),
            Activation.RELU,
            DType.FLOAT32);
    assertThat(Json.writeLine(value))
        .isEqualTo(
            "{\"plain\":0.1,\"boxed\":null,\"list\":[1.0E-300,null,-0.0],\"text\":null,\"number\":null,"
                + "\"kernel\":\""
                + Kernel.parse("2*ntk(depth=3)")
                + "\",\"activation\":\"relu\",\"dtype\":\"float32\"}");
    Everything full =
        new Everything(
            Double.NEGATIVE_INFINITY,
            1.5,
            List.of(),
            Optional.of("x"),
            OptionalDouble.of(2.5),
            Kernel.parse("linear()"),
            Activation.RELU,
            DType.FLOAT64);
    JsonNode tree = Json.tree(full);
    assertThat(tree.get("plain").isNull()).isTrue();
    assertThat(tree.get("text").asText()).isEqualTo("x");
    assertThat(tree.get("number").asDouble()).isEqualTo(2.5);
  }

  @Property
  void everyDoubleComesBackExactly(@ForAll double value) {
    Series.Line line = new Series.Line("n", "s", List.of(value), List.of(Double.NaN));
    Series.Line back = (Series.Line) Json.read(Json.write(line), Series.class);
    assertThat(back.x().getFirst()).isEqualTo(value);
    assertThat(back.y().getFirst()).isNaN();
  }

  private record Plain(double value) {}

  @Test
  void aPlainDoubleThatIsNoNumberComesBackAsNone() {
    assertThat(Json.read(Json.write(new Plain(Double.NaN)), Plain.class).value()).isNaN();
    assertThat(Json.read(Json.write(new Plain(-0.5)), Plain.class).value()).isEqualTo(-0.5);
  }

  @Test
  void aViewComesBackAsItWas() {
    SectionView view =
        new SectionView(
            "intro",
            List.of(new Headline("a", "b", "c")),
            List.of(
                new Note("text"),
                new Plot(
                    "p",
                    "t",
                    "e",
                    "s",
                    Axis.linear("x", "rad"),
                    Axis.logarithmic("y", ""),
                    List.of(
                        new Series.Band("n", "s", List.of(1.0), List.of(0.0), List.of(2.0)),
                        Series.Bars.at("n", "s", List.of(3.0, 4.0)),
                        Series.Points.of("n", "s", List.of(1.0), List.of(2.0)))),
                new Table(
                    "q",
                    "t",
                    "e",
                    List.of(Column.of("a"), Column.of("b")),
                    List.of(Arrays.asList("x", null), Arrays.asList(1, 2.5))),
                new Pictures(
                    "r", "t", "e", 1, 2, List.of(new Pictures.Picture("l", List.of(0.0, 1.0)))),
                new Heatmap(
                    "h",
                    "t",
                    "e",
                    "s",
                    Axis.linear("x", ""),
                    Axis.named("y", List.of("one")),
                    Axis.linear("v", ""),
                    List.of(1.0, 2.0),
                    List.of(0.0),
                    List.of(List.of(5.0, 6.0)))));
    assertThat(Json.read(Json.write(view), SectionView.class)).isEqualTo(view);
  }

  @Test
  void whatIsNotJsonIsRefused() {
    assertThatThrownBy(() -> Json.read("{", SectionView.class))
        .isInstanceOf(UncheckedIOException.class);
  }
}
