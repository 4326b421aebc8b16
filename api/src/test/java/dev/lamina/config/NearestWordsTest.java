package dev.lamina.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestWordsTest {
  private static final List<String> KNOWN = List.of("backend", "precision", "cpu", "cuda");

  @Test
  void oneEditIsInsertDeleteReplaceOrSwap() {
    assertThat(NearestWords.edits("backend", "backend")).isZero();
    assertThat(NearestWords.edits("bakend", "backend")).isEqualTo(1);
    assertThat(NearestWords.edits("backkend", "backend")).isEqualTo(1);
    assertThat(NearestWords.edits("beckend", "backend")).isEqualTo(1);
    assertThat(NearestWords.edits("bcakend", "backend")).isEqualTo(1);
    assertThat(NearestWords.edits("BackEnd", "backend")).isZero();
    assertThat(NearestWords.edits("", "abc")).isEqualTo(3);
  }

  @Test
  void closestComesFirstAndFarWordsAreLeftOut() {
    assertThat(NearestWords.of("cudu", KNOWN)).containsExactly("cuda", "cpu");
    assertThat(NearestWords.of("somethingElse", KNOWN)).isEmpty();
  }

  @Test
  void suggestionNamesTheNearestOrElseAll() {
    assertThat(NearestWords.suggestion("percision", KNOWN)).isEqualTo("did you mean 'precision'?");
    assertThat(NearestWords.suggestion("somethingElse", KNOWN))
        .isEqualTo("known: backend, cpu, cuda, precision");
    assertThat(NearestWords.suggestion("x", List.of())).isEmpty();
  }

  @Test
  void hostileLengthIsHarmless() {
    assertThat(NearestWords.of("b".repeat(1_000_000), KNOWN)).isEmpty();
  }
}
