package dev.lamina.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibrarySearchTest {
  private static final String NAME = "libcublas.so.13";

  @TempDir Path root;

  private Path put(String folder) throws IOException {
    Path file = Files.createDirectories(root.resolve(folder)).resolve(NAME);
    return Files.writeString(file, folder);
  }

  private Optional<Path> find(String configured, Map<String, String> environment) {
    return new LibrarySearch(Optional.ofNullable(configured).map(root::resolve), environment, root)
        .find(NAME)
        .found();
  }

  @Test
  void searchesInTheOrderOfTheManual() throws IOException {
    Map<String, String> environment =
        Map.of(
            "LD_LIBRARY_PATH", root.resolve("nowhere") + ":" + root.resolve("loader"),
            "CUDA_HOME", root.resolve("toolkit").toString(),
            "VIRTUAL_ENV", root.resolve("env").toString(),
            "HOME", root.resolve("home").toString());
    assertThat(find("mine", environment)).isEmpty();
    String[] worstFirst = {
      "usr/lib/python3/dist-packages/nvidia/cublas/lib",
      "usr/local/lib/python3.12/dist-packages/nvidia/cu13/lib",
      "home/.local/lib/python3.11/site-packages/nvidia/cublas/lib",
      "env/lib/python3.12/site-packages/nvidia/cu13/lib",
      "usr/lib64",
      "usr/lib/x86_64-linux-gnu",
      "opt/cuda/lib64",
      "usr/local/cuda-12.9/lib64",
      "usr/local/cuda-13.0/lib64",
      "usr/local/cuda/lib64",
      "toolkit/lib64",
      "loader",
      "mine"
    };
    for (String folder : worstFirst) {
      Path file = put(folder);
      assertThat(find("mine", environment)).as(folder).contains(file);
    }
  }

  @Test
  void findsTheEnvironmentOfThePythonOnThePath() throws IOException {
    Path python = Files.createDirectories(root.resolve("venv/bin")).resolve("python3");
    Files.createFile(
        python, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path file = put("venv/lib/python3.12/site-packages/nvidia/cu13/lib");
    String path = root.resolve("empty") + "::" + python.getParent();
    assertThat(find(null, Map.of("PATH", path))).contains(file);
    assertThat(find(null, Map.of("PATH", ""))).isEmpty();
  }

  @Test
  void namesTheFoldersThatExist() throws IOException {
    put("usr/lib64");
    LibrarySearch search = new LibrarySearch(Optional.empty(), Map.of(), root);
    assertThat(search.find("libother.so").searched()).containsExactly(root.resolve("usr/lib64"));
    assertThat(search.find("libother.so").found()).isEmpty();
  }
}
