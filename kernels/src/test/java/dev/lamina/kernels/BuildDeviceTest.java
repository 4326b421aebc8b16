package dev.lamina.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script that compiles the device functions, where there are no compilers. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "build-device is a bash script")
final class BuildDeviceTest {
  private static final List<String> TOOLS =
      List.of(
          "awk", "basename", "bash", "cat", "cut", "dirname", "grep", "mkdir", "rm", "sed", "tr");

  @TempDir private Path folder;

  /** Returns a PATH with a few tools of any system and nothing else. */
  private Path tools() throws IOException {
    Path tools = Files.createDirectory(folder.resolve("tools"));
    for (String tool : TOOLS) {
      Optional<Path> found =
          Stream.of(System.getenv("PATH").split(":", -1))
              .map(directory -> Path.of(directory, tool))
              .filter(Files::isExecutable)
              .findFirst();
      Files.createSymbolicLink(tools.resolve(tool), found.orElseThrow());
    }
    return tools;
  }

  private String build(String wanted) throws Exception {
    Path tools = Files.exists(folder.resolve("tools")) ? folder.resolve("tools") : tools();
    ProcessBuilder builder =
        new ProcessBuilder(
            tools.resolve("bash").toString(),
            Path.of("build-device").toAbsolutePath().toString(),
            folder.resolve("out").toString(),
            folder.resolve("work").toString());
    builder.environment().put("PATH", tools.toString());
    builder.environment().put("LAMINA_DEVICE_CODE", wanted);
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  @Test
  void withoutCompilersEachIsSaidInOneLine() throws Exception {
    assertThat(build("all"))
        .isEqualTo(
            """
            Emulation of the device: not built; it needs g++ 12 or newer, found none.
            Device code for GPUs: not built; there is no nvcc.
            """);
    assertThat(folder.resolve("out")).isEmptyDirectory();
  }

  @Test
  void whatEarlierCompilersMadeIsNotKept() throws Exception {
    Path out = Files.createDirectory(folder.resolve("out"));
    for (String old : List.of("lamina-emulation.so", "rows.sm_80.cubin", "rows.compute_75.ptx")) {
      Files.writeString(out.resolve(old), "of other sources");
    }
    build("all");
    assertThat(out).isEmptyDirectory();
    assertThat(build("none")).isEqualTo("Device code: not wanted.\n");
  }
}
