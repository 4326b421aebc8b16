package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResponseTest {
  private static final Response.Classes THREE = Response.Classes.numbered(new int[] {2, 0}, 3);

  @Test
  void checksLabels() {
    assertThatThrownBy(() -> Response.Classes.numbered(new int[] {0, 1, 3}, 3))
        .isInstanceOf(DataException.class)
        .hasMessage("the class label of row 2 must lie in 0 … 2 but is 3");
    assertThatThrownBy(() -> Response.Classes.numbered(new int[] {-1}, 3))
        .isInstanceOf(DataException.class)
        .hasMessage("the class label of row 0 must lie in 0 … 2 but is -1");
    assertThatThrownBy(() -> Response.Classes.of(new int[0], List.of("a", "a")))
        .isInstanceOf(DataException.class)
        .hasMessage("class names must differ but are [a, a]");
    assertThat(THREE.counts()).containsExactly(1, 0, 1);
    assertThat(THREE.select(new int[] {1, 1}).labels()).containsExactly(0, 0);
  }
}
