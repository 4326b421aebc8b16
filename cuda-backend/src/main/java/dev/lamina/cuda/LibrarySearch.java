package dev.lamina.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where a CUDA library may lie: the configured folder, the loader's own path, the usual folders of
 * the toolkit, and the {@code nvidia} wheels of Python environments, in this order.
 *
 * @param configured {@code lamina.cuda.library-path}
 * @param environment the process's environment
 * @param root the file system's root, another one in tests
 */
record LibrarySearch(Optional<Path> configured, Map<String, String> environment, Path root) {

  /** What a search found: the folders in their order, and the first file. */
  record Result(List<Path> searched, Optional<Path> found) {}

  /** Searches the process's own environment. */
  static LibrarySearch ofProcess(Optional<Path> configured) {
    return new LibrarySearch(configured, System.getenv(), Path.of("/"));
  }

  /**
   * Looks for a file.
   *
   * @param name such as {@code libcublas.so.13}
   */
  Result find(String name) {
    List<Path> folders = folders();
    return new Result(
        folders,
        folders.stream()
            .map(folder -> folder.resolve(name))
            .filter(Files::isRegularFile)
            .findFirst());
  }

  /** Returns the folders that exist, each once. */
  List<Path> folders() {
    Set<Path> folders = new LinkedHashSet<>();
    configured.ifPresent(folders::add);
    for (String folder : environment.getOrDefault("LD_LIBRARY_PATH", "").split(":", -1)) {
      if (!folder.isEmpty()) {
        folders.add(Path.of(folder));
      }
    }
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      home(variable).ifPresent(home -> folders.add(home.resolve("lib64")));
    }
    folders.add(root.resolve("usr/local/cuda/lib64"));
    folders.addAll(matching(root.resolve("usr/local"), "cuda-*", "lib64"));
    folders.add(root.resolve("opt/cuda/lib64"));
    folders.add(root.resolve("usr/lib/x86_64-linux-gnu"));
    folders.add(root.resolve("usr/lib64"));
    for (Path library : pythonLibraries()) {
      for (String packages : List.of("site-packages", "dist-packages")) {
        for (Path python : matching(library, "python3*", packages)) {
          folders.addAll(matching(python.resolve("nvidia"), "*", "lib"));
        }
      }
    }
    return folders.stream().filter(Files::isDirectory).toList();
  }

  private List<Path> pythonLibraries() {
    List<Path> libraries = new ArrayList<>();
    for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
      home(variable).ifPresent(home -> libraries.add(home.resolve("lib")));
    }
    // An environment is in use when its python3 is found first, whether or not it was activated.
    for (String folder : environment.getOrDefault("PATH", "").split(":", -1)) {
      Path bin = Path.of(folder);
      if (bin.getParent() != null && Files.isExecutable(bin.resolve("python3"))) {
        libraries.add(bin.resolveSibling("lib"));
      }
    }
    home("HOME").ifPresent(home -> libraries.add(home.resolve(".local/lib")));
    libraries.add(root.resolve("usr/local/lib"));
    libraries.add(root.resolve("usr/lib"));
    return libraries;
  }

  private Optional<Path> home(String variable) {
    return Optional.ofNullable(environment.get(variable))
        .filter(value -> !value.isBlank())
        .map(Path::of);
  }

  /** Returns {@code folder/pattern/sub} in the order of names, the last (newest) first. */
  private static List<Path> matching(Path folder, String pattern, String sub) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
      entries.forEach(entry -> found.add(entry.resolve(sub)));
    } catch (DirectoryIteratorException | UncheckedIOException e) {
      return List.of(); // a folder that cannot be read holds nothing that could be loaded
    } catch (IOException e) {
      return List.of();
    }
    found.sort((a, b) -> b.compareTo(a));
    return found;
  }
}
