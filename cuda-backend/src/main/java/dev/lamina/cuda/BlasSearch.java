package dev.lamina.cuda;

import dev.lamina.backend.Finding;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the library that multiplies matrices on a device. */
final class BlasSearch {
  private static final String CUDA_12 = "libcublas.so.12";
  private static final String CUDA_13 = "libcublas.so.13";

  private final LibrarySearch search;

  BlasSearch(LibrarySearch search) {
    this.search = search;
  }

  /** A file that was found, or the name that the system's loader resolves by itself. */
  private record Located(String name, Optional<Path> file) {
    String where() {
      return file.map(Path::toString).orElse(name + " on the loader's path");
    }
  }

  /** Returns what would be used on a device, without a device. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(finding(CUDA_12, "for JCublas"));
    findings.add(finding(CUDA_13, "without JCublas"));
    String used =
        search.find(CUDA_12).found().isPresent()
            ? "cuBLAS 12 through JCublas"
            : search.find(CUDA_13).found().isPresent()
                ? "cuBLAS 13 through the foreign-function API"
                : "own GEMM, as there is no cuBLAS";
    findings.add(Finding.found("matrix products", used));
    return findings;
  }

  private Finding finding(String name, String use) {
    LibrarySearch.Result result = search.find(name);
    return result
        .found()
        .map(file -> Finding.found(name, "%s, %s".formatted(file, use)))
        .orElseGet(() ->
            Finding.missing(
                name,
                "not in " + result.searched(),
                "optional: pip install nvidia-cublas, or set lamina.cuda.library-path to its folder"));
  }

  /**
   * Opens the first that works: cuBLAS 12 through JCublas, cuBLAS of another version, our own.
   *
   * @param context the device
   */
  DeviceBlas open(DeviceContext context) {
    Optional<Located> twelve = load(CUDA_12);
    if (twelve.isPresent() && context.compute() instanceof JCudaDriver.JStream stream) {
      try {
        return new JCublasLibrary(stream.cuda());
      } catch (LinkageError e) {
        // JCublas's own library is missing or does not fit: the same cuBLAS works without it.
        return bind(twelve.get(), context);
      }
    }
    return load(CUDA_13)
        .<DeviceBlas>map(located -> bind(located, context))
        .orElseGet(() -> new OwnBlas(context));
  }

  @SuppressWarnings("restricted") // binding a library is what this class is for
  private static DeviceBlas bind(Located located, DeviceContext context) {
    SymbolLookup symbols =
        located
            .file()
            .map(file -> SymbolLookup.libraryLookup(file, Arena.global()))
            .orElseGet(() -> SymbolLookup.libraryLookup(located.name(), Arena.global()));
    return new CublasLibrary(symbols, located.where(), context.compute().handle());
  }

  /**
   * Loads a library by the search or by the loader, for as long as the process runs; JCublas then
   * finds it loaded.
   */
  private Optional<Located> load(String name) {
    Optional<Path> file = search.find(name).found();
    if (file.isPresent()) {
      // The one it depends on first: it lies beside it, where the loader may not look.
      loads(file.get().resolveSibling(name.replace("libcublas", "libcublasLt")));
      return loads(file.get()) ? Optional.of(new Located(name, file)) : Optional.empty();
    }
    return loads(name) ? Optional.of(new Located(name, Optional.empty())) : Optional.empty();
  }

  @SuppressWarnings("restricted") // loading a library is what this method is for
  private static boolean loads(Path file) {
    try {
      SymbolLookup.libraryLookup(file, Arena.global());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @SuppressWarnings("restricted") // loading a library is what this method is for
  private static boolean loads(String name) {
    try {
      SymbolLookup.libraryLookup(name, Arena.global());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
