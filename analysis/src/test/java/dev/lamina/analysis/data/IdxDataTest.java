package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.DataFormatException;
import dev.lamina.matrix.ShapeException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxDataTest {
  @TempDir Path folder;

  private void write(String name, byte[] bytes) {
    IdxBytes.write(folder.resolve(name), bytes);
  }

  private DataParts load() {
    return new DataSources(new CacheFolder(folder), 1)
        .load(new DataSource.IdxFolder(folder), DType.FLOAT32);
  }

  @Test
  void readsAFolderLikeMnists() {
    write("train-images-idx3-ubyte", IdxBytes.file(new int[] {2, 1, 2}, 1, 2, 3, 4));
    write("train-labels-idx1-ubyte.gz", IdxBytes.gzip(IdxBytes.file(new int[] {2}, 1, 0)));
    try (DataParts parts = load()) {
      assertThat(parts.test()).isEmpty();
      assertThat(parts.train().x().toArray()).isDeepEqualTo(new double[][] {{1, 2}, {3, 4}});
      assertThat(parts.train().image()).contains(new ImageShape(1, 2));
      assertThat(((Response.Classes) parts.train().response()).names()).containsExactly("0", "1");
    }
    assertThat(new DataSource.IdxFolder(folder).defaultSplit().train())
        .contains(new SplitPlan.Amount.Fraction(0.8));
    write("t10k-images-idx3-ubyte.gz", IdxBytes.gzip(IdxBytes.file(new int[] {1, 1, 2}, 5, 6)));
    write("t10k-labels-idx1-ubyte", IdxBytes.file(new int[] {1}, 3));
    try (DataParts parts = load()) {
      assertThat(parts.test().orElseThrow().x().toArray()).isDeepEqualTo(new double[][] {{5, 6}});
      assertThat(((Response.Classes) parts.train().response()).names())
          .containsExactly("0", "1", "3");
      assertThat(((Response.Classes) parts.test().orElseThrow().response()).labels())
          .containsExactly(2);
    }
    assertThat(new DataSource.IdxFolder(folder).defaultSplit())
        .as("all samples of both parts")
        .isEqualTo(SplitPlan.ALL_IN_FILE_ORDER);
  }

  @Test
  void namesWhatIsMissingOrDoesNotFit() {
    Path none = folder.resolve("none");
    assertThatThrownBy(() ->
            new DataSources(new CacheFolder(folder), 1)
                .load(new DataSource.IdxFolder(none), DType.FLOAT32))
        .isInstanceOf(DataException.class)
        .hasMessage("idx: the folder " + none + " does not exist");
    assertThatThrownBy(this::load)
        .isInstanceOf(DataException.class)
        .hasMessage(
            "idx: the folder %s needs a file train-images-idx3-ubyte or train-images-idx3-ubyte.gz"
                .formatted(folder));
    write("train-images-idx3-ubyte", IdxBytes.file(new int[] {2, 1, 2}, 1, 2, 3, 4));
    write("train-labels-idx1-ubyte", IdxBytes.file(new int[] {3}, 1, 0, 1));
    assertThatThrownBy(this::load)
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining(
            "x and y must have equally many rows but x is 2×2 float32 and y has 3 rows");
    write("train-labels-idx1-ubyte", IdxBytes.file(new int[] {2, 1}, 1, 0));
    assertThatThrownBy(this::load)
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("expected 1 axes of labels but found 2 axes of sizes 2×1");
  }
}
