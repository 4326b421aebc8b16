package dev.lamina.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.backend.BackendId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BenchSizesTest {

  @Test
  void numbersAreTheSizesOfTheSweepsAndTheLargestOfTheRest() {
    BenchSizes sizes = BenchSizes.of(SizeChoice.parse("4000, 500,2000,500"), BackendId.CPU);
    assertThat(sizes.rows()).containsExactly(500, 2000, 4000);
    assertThat(sizes.solveRows()).containsExactly(500, 2000, 4000);
    assertThat(sizes.depthRows()).isEqualTo(4000);
    assertThat(sizes.multiplyRows()).isEqualTo(4000);
    assertThat(sizes.dimension()).isEqualTo(784);
  }

  @Test
  void eachBackendHasItsUsualSizes() {
    SizeChoice usual = SizeChoice.parse("usual");
    assertThat(BenchSizes.of(usual, BackendId.CPU).rows()).endsWith(8000);
    assertThat(BenchSizes.of(usual, BackendId.CUDA).rows()).endsWith(60_000);
    SizeChoice tiny = SizeChoice.parse("tiny");
    assertThat(BenchSizes.of(tiny, BackendId.CPU)).isEqualTo(BenchSizes.of(tiny, BackendId.CUDA));
  }

  @Test
  void inputsAreAsManyAsTheSuitesTake() {
    BenchSizes sizes = BenchSizes.of(SizeChoice.parse("usual"), BackendId.CPU);
    assertThat(sizes.mostRows(List.of(Suite.KERNEL, Suite.DGL))).isEqualTo(8000);
    assertThat(sizes.mostRows(List.of(Suite.KERNEL, Suite.MULTIPLY))).isEqualTo(20_000);
    assertThat(sizes.mostRows(List.of(Suite.DGL))).isEqualTo(2);
  }

  @Test
  void otherTextsAreRefused() {
    for (String wrong : List.of("huge", "", "1000,", "10;20", "1", "-5", "99999999999")) {
      assertThatThrownBy(() -> SizeChoice.parse(wrong))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("sizes must be");
    }
  }

  @Test
  void roundsAndSecondsAreChecked() {
    SizeChoice tiny = SizeChoice.parse("tiny");
    assertThatThrownBy(
            () -> new BenchRequest(List.of(), tiny, Set.of(), 0, 1, java.util.Optional.empty()))
        .hasMessageContaining("rounds and seconds must be ≥ 1 but are 0 and 1");
  }

  @Test
  void anUnknownSuiteNamesAllSuites() {
    assertThatThrownBy(() -> Suite.of("grams"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no suite grams")
        .hasMessageContaining("gram, kernel, depth-sweep, multiply, solve, layer-step")
        .hasMessageContaining("transfer");
  }

  /** Three products of 2·5·3·2 operations behind the first layer, two of 2·5·4·3 in it. */
  @Test
  void operationsOfAStepAreThoseOfItsProducts() {
    BenchSizes.Steps small = new BenchSizes.Steps("4-3-2", List.of(4, 3, 2), 5, 7);
    assertThat(small.operations()).isCloseTo(3 * 60 + 2 * 120, within(0.0));
    assertThat(small.layers()).isEqualTo(2);
  }
}
