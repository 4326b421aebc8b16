package dev.lamina.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CircumstancesTest {

  @Test
  void optionsAreThoseOfTheCommandAndTheSettingsThatAreNotAsByDefault() {
    BenchRequest request =
        new BenchRequest(
            List.of(Suite.SOLVE, Suite.GRAM),
            SizeChoice.parse("300,20"),
            Set.of(Rival.torch, Rival.numpy),
            7,
            30,
            Optional.of(DType.FLOAT64));
    Circumstances before =
        Circumstances.before(
            LaminaConfig.defaults(), List.of(BenchDevice.CPU, BenchDevice.EMULATED), request);
    assertThat(before.options())
        .isEqualTo(
            Map.of(
                "suites", "solve gram",
                "sizes", "20,300",
                "rivals", "numpy,torch",
                "repeat", "7",
                "seconds", "30",
                "devices", "cpu,emulated"));
    assertThat(before.loadAfter()).isEmpty();
    assertThat(before.after().options()).isEqualTo(before.options());
    assertThat(before.after().loadBefore()).isEqualTo(before.loadBefore());
    assertThat(before.after().loadAfter().isPresent()).isEqualTo(before.loadBefore().isPresent());
  }

  @Test
  void variablesThatLibrariesObeyAreKept() {
    assertThat(
            Circumstances.relevant(
                Map.of("HOME", "x", "OPENBLAS_CORETYPE", "Haswell", "OMP_NUM_THREADS", "3")))
        .isEqualTo(Map.of("OPENBLAS_CORETYPE", "Haswell", "OMP_NUM_THREADS", "3"));
  }

  /** On two cores, of which the run itself may keep both busy at its end. */
  @ParameterizedTest
  @CsvSource({
    ", , ''",
    "1.0, 3.0, ''",
    "1.01, 0, at the beginning was 1.01 on 2 cores",
    "0.5, 3.01, at the end was 3.01 on 2 cores"
  })
  void aLoadAboveItsOwnIsThatOfOthers(Double before, Double after, String expected) {
    Optional<String> text =
        new Circumstances(Map.of(), Map.of(), optional(before), optional(after)).disturbance(2);
    assertThat(text.orElse("")).endsWith(expected);
    assertThat(text.isPresent()).isEqualTo(!expected.isEmpty());
  }

  private static OptionalDouble optional(Double value) {
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  @Test
  void loadsThatAreNoNumbersAreRefused() {
    assertThatThrownBy(() ->
            new Circumstances(Map.of(), Map.of(), OptionalDouble.of(-1), OptionalDouble.empty()))
        .hasMessageContaining("load before the run");
  }
}
