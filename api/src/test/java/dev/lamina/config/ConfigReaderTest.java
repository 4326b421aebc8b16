package dev.lamina.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConfigReaderTest {
  private final ConfigErrors errors = new ConfigErrors();

  private ConfigReader reader(String hocon) {
    return ConfigReader.of(ConfigFactory.parseString(hocon), errors);
  }

  private List<String> problems() {
    return errors.problems().stream().map(p -> p.path() + ": " + p.message()).toList();
  }

  @Test
  void valuesOfEveryTypeAreRead() {
    ConfigReader r =
        reader(
            """
            name = plain text
            n = 12
            big = 5000000000
            rate = 1e-3
            on = true
            size = 2 KiB
            words = [a, "b c", 3]
            ints = [1, 2, 3]
            reals = [0.5, 2]
            inner { k = 7, deep.er = 8 }
            steps = [{ a = 1 }, { a = 2 }]
            """);
    assertThat(r.text("name")).isEqualTo("plain text");
    assertThat(r.integer("n", Bounds.POSITIVE)).isEqualTo(12);
    assertThat(r.whole("big", Bounds.POSITIVE, 0)).isEqualTo(5_000_000_000L);
    assertThat(r.number("rate", Bounds.POSITIVE)).isEqualTo(1e-3);
    assertThat(r.flag("on", false)).isTrue();
    assertThat(r.bytes("size", 1, 1)).isEqualTo(2048);
    assertThat(r.texts("words", List.of())).containsExactly("a", "b c", "3");
    assertThat(r.integers("ints", Bounds.POSITIVE, List.of())).containsExactly(1, 2, 3);
    assertThat(r.numbers("reals", Bounds.POSITIVE, List.of())).containsExactly(0.5, 2.0);
    assertThat(r.section("inner").integer("k", Bounds.POSITIVE)).isEqualTo(7);
    assertThat(r.section("inner").section("deep").integer("er", Bounds.POSITIVE)).isEqualTo(8);
    assertThat(r.sections("steps").stream().map(s -> s.integer("a", Bounds.POSITIVE)))
        .containsExactly(1, 2);
    assertThat(errors.count()).isZero();
  }

  @Test
  void defaultsStandInForMissingAndNullValues() {
    ConfigReader r = reader("a = null");
    assertThat(r.text("a", "x")).isEqualTo("x");
    assertThat(r.integer("b", Bounds.POSITIVE, 5)).isEqualTo(5);
    assertThat(r.number("c", Bounds.POSITIVE, 2.5)).isEqualTo(2.5);
    assertThat(r.flag("d", true)).isTrue();
    assertThat(r.texts("e", List.of("q"))).containsExactly("q");
    assertThat(r.choice("f", Map.of("one", 1), 9)).isEqualTo(9);
    assertThat(r.section("g").path()).isEqualTo("g");
    assertThat(r.sections("h")).isEmpty();
    assertThat(errors.count()).isZero();
  }

  @Test
  void missingRequiredValuesSayWhatTheyMustBe() {
    ConfigReader r = reader("");
    r.text("a");
    r.integer("b", Bounds.between(1, 10));
    r.number("c", Bounds.POSITIVE);
    assertThat(r.parsed("d", "a kernel", Integer::parseInt)).isEmpty();
    assertThat(problems())
        .containsExactly(
            "a: is missing; it must be a text",
            "b: is missing; it must be a whole number ≥ 1 and ≤ 10",
            "c: is missing; it must be a number > 0",
            "d: is missing; it must be a kernel");
  }

  @Test
  void wrongTypesAndRangesAreReportedAndReadingGoesOn() {
    ConfigReader r =
        reader(
            """
            a = [1], b = 3.7, c = -1, d = abc, e = 3000000000, f = 3, g = [1, x, 0], h = {}, i = 7
            j = [1, 2], k = 1e400, l = tanhh
            """);
    r.text("a");
    r.integer("b", Bounds.ANY, 0);
    r.number("c", Bounds.NOT_NEGATIVE, 0);
    r.number("d", Bounds.ANY, 0);
    r.integer("e", Bounds.POSITIVE, 1);
    r.texts("f", List.of());
    assertThat(r.integers("g", Bounds.POSITIVE, List.of())).hasSize(3);
    r.number("h", Bounds.ANY, 0);
    r.section("i");
    r.sections("j");
    r.number("k", Bounds.ANY, 0);
    r.choice("l", Map.of("tanh", 1, "relu", 2), 2);
    assertThat(problems())
        .containsExactly(
            "a: must be a text but is a list",
            "b: must be a whole number but is 3.7",
            "c: must be a number ≥ 0 but is -1",
            "d: must be a number but is \"abc\"",
            "e: must be a whole number > 0 but is 3000000000",
            "f: must be a list [ … ] but is 3",
            "g[1]: must be a whole number > 0 but is \"x\"",
            "g[2]: must be a whole number > 0 but is 0",
            "h: must be a number but is a block",
            "i: must be a block { … } but is 7",
            "j[0]: must be a block { … } but is 1",
            "j[1]: must be a block { … } but is 2",
            "k: must be a number but is Infinity",
            "l: must be one of relu, tanh but is \"tanhh\"");
    assertThat(errors.problems().getLast().suggestion()).isEqualTo("did you mean 'tanh'?");
  }

  @Test
  void whatAParserThrowsBecomesAProblem() {
    ConfigReader r = reader("k = 1x, l = [1, y, 3]");
    assertThat(r.parsed("k", "a number", Integer::parseInt)).isEmpty();
    assertThat(r.parsedList("l", Integer::parseInt, List.of())).containsExactly(1, 3);
    assertThat(problems())
        .containsExactly("k: For input string: \"1x\"", "l[1]: For input string: \"y\"");
  }

  @Test
  void unknownKeysAreFoundInAllSectionsReadAndReportedOnce() {
    ConfigReader r = reader("a = 1, bb = 2, in { c = 3, dd = 4 }, list = [{ e = 5, ff = 6 }]");
    r.text("a");
    r.section("in").text("c");
    r.sections("list").forEach(s -> s.text("e"));
    r.finish();
    r.finish();
    assertThat(problems())
        .containsExactly("bb: unknown key", "in.dd: unknown key", "list[0].ff: unknown key");
  }

  record Pair(int low, int high) {
    Pair {
      if (low > high) {
        throw new IllegalArgumentException("low must be ≤ high but is " + low + " > " + high);
      }
    }
  }

  private static Optional<Pair> pair(ConfigReader reader) {
    return reader.read(
        r -> new Pair(r.integer("low", Bounds.ANY), r.integer("high", Bounds.atLeast(5))));
  }

  @Test
  void aRecordsOwnChecksBecomeProblemsOfTheObject() {
    assertThat(pair(reader("low = 1, high = 9"))).contains(new Pair(1, 9));
    assertThat(pair(reader("p { low = 10, high = 9 }").section("p"))).isEmpty();
    assertThat(problems()).containsExactly("p: low must be ≤ high but is 10 > 9");
  }

  @Test
  void aStandInThatARecordRefusesIsNotReportedTwice() {
    assertThat(pair(reader("low = 10, high = nine, hihg = 3"))).isEmpty();
    assertThat(problems())
        .containsExactly("high: must be a whole number ≥ 5 but is \"nine\"", "hihg: unknown key");
  }

  @Test
  void keysComeInTheOrderOfTheFile() {
    assertThat(reader("zeta = 1\nalpha = 2\nmid = 3\n").keys())
        .containsExactly("zeta", "alpha", "mid");
  }

  @Test
  void boundsReadWell() {
    assertThat(Bounds.ANY).hasToString("finite");
    assertThat(Bounds.between(0, 0.5)).hasToString("≥ 0 and ≤ 0.5");
    assertThat(Bounds.above(-1).contains(-1)).isFalse();
    assertThat(Bounds.atLeast(-1).contains(-1)).isTrue();
    assertThat(Bounds.ANY.contains(Double.NaN)).isFalse();
    assertThat(Bounds.ANY.contains(Double.POSITIVE_INFINITY)).isFalse();
  }

  @Test
  void noProblemNoException() {
    errors.throwIfAny();
    errors.add("a.b", "", "is odd");
    assertThatThrownBy(errors::throwIfAny)
        .isInstanceOf(ConfigException.class)
        .hasMessage("configuration: a.b: is odd")
        .satisfies(e -> assertThat(((ConfigException) e).problems()).hasSize(1));
  }
}
