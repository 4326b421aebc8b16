package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.matrix.HostMatrix;
import org.junit.jupiter.api.Test;

class TextImageTest {

  @Test
  void drawsShades() {
    try (HostMatrix x =
        HostMatrix.of(new double[][] {{9, 9, 9, 9}, {-1, 0, 1, -0.1}, {3, 3, 3, 3}})) {
      ImageShape shape = new ImageShape(2, 2);
      assertThat(TextImage.of(x, 1, shape, true)).isEqualTo("  ▒▒\n██▒▒\n");
      assertThat(TextImage.of(x, 1, shape, false)).isEqualTo("  ::\n##::\n");
      assertThat(TextImage.of(x, 2, shape, true)).as("a flat image").isEqualTo("\n\n");
    }
  }
}
