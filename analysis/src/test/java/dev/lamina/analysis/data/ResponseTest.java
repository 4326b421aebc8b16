package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResponseTest {
  private static final Response.Classes THREE = Response.Classes.numbered(new int[] {2, 0}, 3);
  private static final Response.Classes TWO = Response.Classes.numbered(new int[] {1, 0}, 2);

  private static double[][] encode(TargetCoding coding, Response response) {
    try (HostMatrix y = coding.encode(response, DType.FLOAT64)) {
      return y.toArray();
    }
  }

  @Test
  void codesClasses() {
    assertThat(encode(TargetCoding.ONE_HOT, THREE))
        .isDeepEqualTo(new double[][] {{0, 0, 1}, {1, 0, 0}});
    assertThat(encode(TargetCoding.CENTRED, TWO))
        .isDeepEqualTo(new double[][] {{-0.5, 0.5}, {0.5, -0.5}});
    for (double[] row : encode(TargetCoding.CENTRED, THREE)) {
      assertThat(row[0] + row[1] + row[2]).isBetween(-1e-15, 1e-15);
    }
    assertThat(encode(TargetCoding.SIGNED, TWO)).isDeepEqualTo(new double[][] {{1}, {-1}});
  }

  @Test
  void passesNumbersOn() {
    try (Response.Values numbers =
        new Response.Values(HostMatrix.of(new double[][] {{1.5}, {2}}))) {
      assertThat(encode(TargetCoding.RAW, numbers)).isDeepEqualTo(new double[][] {{1.5}, {2}});
      assertThatThrownBy(() -> encode(TargetCoding.ONE_HOT, numbers))
          .isInstanceOf(DataException.class)
          .hasMessage("targets = one-hot needs classes but the response is numbers; use raw");
    }
  }

  @Test
  void saysWhatCannotBeCoded() {
    assertThatThrownBy(() -> encode(TargetCoding.SIGNED, THREE))
        .isInstanceOf(DataException.class)
        .hasMessage("targets = signed needs 2 classes but there are 3: [0, 1, 2]");
    assertThatThrownBy(() -> encode(TargetCoding.RAW, TWO))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("targets = raw needs numbers but the response is classes");
  }

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
