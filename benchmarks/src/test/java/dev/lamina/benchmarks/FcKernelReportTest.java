package dev.lamina.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FcKernelReportTest {

  @TempDir private Path folder;

  @Test
  void replacesOnlyWhatStandsBetweenTheMarkers() throws IOException {
    Path file = folder.resolve("README.md");
    Files.writeString(file, "a\n<!-- benchmark:begin -->\nold\n<!-- benchmark:end -->\nb\n");
    FcKernelReport.update(file, "new");
    assertThat(Files.readString(file))
        .isEqualTo("a\n<!-- benchmark:begin -->\nnew\n<!-- benchmark:end -->\nb\n");
  }

  @Test
  void aFileWithoutMarkersIsRefusedAndKept() throws IOException {
    Path file = folder.resolve("README.md");
    Files.writeString(file, "text");
    assertThatThrownBy(() -> FcKernelReport.update(file, "new"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no markers");
    assertThat(Files.readString(file)).isEqualTo("text");
  }

  @Test
  void theMedianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
    FcKernelBenchmark.Seconds seconds = FcKernelBenchmark.Seconds.of(List.of(4.0, 1.0, 2.0, 3.0));
    assertThat(seconds).isEqualTo(new FcKernelBenchmark.Seconds(2.5, 1, 4));
  }
}
